package sotto.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.measure.Latencies;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// `start`: how long a new process takes.
@Command(
    name = "start",
    mixinStandardHelpOptions = true,
    description = {
      "How long the commands of a person at a terminal take, from start to exit, and the server from"
          + " its start until it listens; beside a JVM that does nothing.",
      "Each a new process, what is read from the disk being in memory already."
    })
final class StartCommand implements Callable<Integer> {
  private static final long PATIENCE_SECONDS = 60;

  @Mixin private final RunOptions run = new RunOptions();

  @Option(
      names = "--times",
      paramLabel = "N",
      defaultValue = "10",
      description = "Starts of each in a trial (default: ${DEFAULT-VALUE}).")
  private int times = 10;

  private final Map<String, List<String>> commands = new LinkedHashMap<>();
  private final Table table =
      new Table(
          "How long a new process takes",
          "Milliseconds; commands take turns.",
          new Column("trial", 0),
          new Column("what", 0),
          new Column("shortest", 0),
          new Column("p50", 0),
          new Column("longest", 0));

  @Override
  public Integer call() throws Exception {
    run.within("--times", times, 1, 1_000);
    return run.measure(this::measure);
  }

  private void measure(Bench bench) throws Exception {
    Path folder = bench.folder();
    Path home = folder.resolve("alice");
    try (ServerUnderTest server = ServerUnderTest.start(folder.resolve("own"), Map.of())) {
      register(server, folder, home, "start.alice");
      register(server, folder, folder.resolve("bob"), "start.bob");
      commands.put("JVM alone", List.of(jvm(), "-XX:TieredStopAtLevel=1", "--version"));
      commands.put("sotto --version", sotto(home, "--version"));
      commands.put("sotto whoami", sotto(home, "whoami"));
      commands.put("sotto messages", sotto(home, "messages", "start.bob"));
      commands.put(
          "sotto send --wait sent", sotto(home, "send", "--wait", "sent", "start.bob", "hello"));
      for (int i = 0; i < (run.warmUp() > 0 ? 2 : 1); i++) {
        for (List<String> command : commands.values()) {
          ended(command, folder);
        }
      }
      for (int trial = 1; trial <= run.trials(); trial++) {
        trial(trial, folder);
      }
    }
    bench.report().add(table);
  }

  private void trial(int trial, Path folder) throws Exception {
    Map<String, Latencies> all = new LinkedHashMap<>();
    for (int i = 0; i < times; i++) {
      for (var command : commands.entrySet()) {
        long begun = System.nanoTime();
        ended(command.getValue(), folder);
        all.computeIfAbsent(command.getKey(), _ -> new Latencies()).add(System.nanoTime() - begun);
      }
    }
    for (int i = 0; i < Math.max(1, times / 3); i++) {
      Path data = folder.resolve("server-" + trial + "-" + i);
      all.computeIfAbsent("server, for the first time", _ -> new Latencies()).add(serving(data));
      all.computeIfAbsent("server, again", _ -> new Latencies()).add(serving(data));
    }
    all.forEach(
        (what, each) -> table.row(trial, what, each.millis(0), each.millis(50), each.millis(100)));
    Bench.say("trial " + trial + " done");
  }

  private static long serving(Path data) throws IOException {
    long begun = System.nanoTime();
    try (ServerUnderTest _ = ServerUnderTest.start(data, Map.of())) {
      return System.nanoTime() - begun;
    }
  }

  private static Path client() {
    return Checkout.root().resolve("cli-client/target/app/bin");
  }

  private static String jvm() throws IOException, InterruptedException {
    Process asked = new ProcessBuilder(client().resolve("jdk25").toString()).start();
    String home = new String(asked.getInputStream().readAllBytes(), UTF_8).strip();
    asked.waitFor();
    return Path.of(home, "bin", "java").toString();
  }

  private static List<String> sotto(Path home, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(client().resolve("sotto").toString());
    command.add("--home");
    command.add(home.toString());
    command.addAll(List.of(arguments));
    return command;
  }

  private static void register(ServerUnderTest server, Path folder, Path home, String name)
      throws Exception {
    Path ca = Files.writeString(folder.resolve(name + ".pem"), server.authority());
    ended(
        sotto(home, "register", "--server", server.hostPort(), "--ca", ca.toString(), name),
        folder);
  }

  private static void ended(List<String> command, Path folder)
      throws IOException, InterruptedException {
    Path said = folder.resolve("said");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SOTTO_PASSPHRASE", "a passphrase of the bench");
    builder.redirectErrorStream(true).redirectOutput(said.toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new CannotMeasure(String.join(" ", command) + ": " + Files.readString(said).strip());
    }
  }
}
