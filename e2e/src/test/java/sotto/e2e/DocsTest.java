package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The documentation's commands: each is one that there is, and those by which a newcomer gets
/// Sotto running are run as they stand there, with other ports and folders.
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class DocsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern ASSIGNED = Pattern.compile("([A-Z0-9]+)=.*");
  private static final Pattern MESH = Pattern.compile("10\\.0\\.0\\.([1-4]):7711");
  // Programs of others.
  private static final Set<String> FOREIGN =
      Set.of("kubectl", "podman", "vtctldclient", "curl", "export", "eval");

  private final Checkout checkout = Checkout.find();

  @TempDir Path folder;

  @Test
  void everyCommand_isOneThatThereIs() throws IOException {
    var all = Documented.in(checkout.root());
    assertThat(all).hasSizeGreaterThan(60);

    assertThat(all.parallelStream().flatMap(this::wrong)).isEmpty();
  }

  private Stream<String> wrong(Documented command) {
    try {
      var complaint = complaint(command.program(), command.arguments());
      return complaint.isEmpty() ? Stream.empty() : Stream.of(command + ": " + complaint);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String complaint(String program, List<String> arguments) throws IOException {
    return switch (program) {
      case "./sotto", "sotto" -> sotto(arguments);
      case "make" -> make(arguments);
      case "helm" -> files(arguments);
      case "stack/sotto-stack" -> told("stack/lib/help.txt", "  sotto-stack " + first(arguments));
      case "stack/cluster" ->
          first(arguments).equals("run")
              ? complaint(arguments.get(1), arguments.subList(2, arguments.size()))
              : told("stack/cluster", "  cluster " + first(arguments));
      case "./sotto-bench" -> bench(arguments);
      default ->
          FOREIGN.contains(program) || Files.isExecutable(checkout.root().resolve(program))
              ? ""
              : "no such program";
    };
  }

  private String bench(List<String> words) {
    var asked = Stream.concat(words.stream(), Stream.of("--help")).toArray(String[]::new);
    try (var run = new Running("sotto-bench", checkout.bench(asked))) {
      return run.awaitEnd(LIMIT) == 0 ? "" : run.err();
    }
  }

  private static String first(List<String> words) {
    return words.isEmpty() ? "" : words.getFirst();
  }

  private String told(String file, String words) throws IOException {
    return Files.readString(checkout.root().resolve(file)).contains(words)
        ? ""
        : file + " has no \"" + words + "\"";
  }

  private String make(List<String> words) throws IOException {
    var makefile = Files.readString(checkout.root().resolve("Makefile"));
    for (var word : words) {
      var assigned = ASSIGNED.matcher(word);
      if (assigned.matches()
          ? !makefile.contains("$(" + assigned.group(1)) && !makefile.contains(assigned.group(1))
          : !makefile.contains("\n" + word + ": ")) {
        return "make has no " + word;
      }
    }
    return "";
  }

  /// The files that an option names.
  private String files(List<String> words) {
    for (int i = 0; i + 1 < words.size(); i++) {
      if (words.get(i).equals("-f") && !Files.exists(checkout.root().resolve(words.get(i + 1)))) {
        return "there is no " + words.get(i + 1);
      }
    }
    return "";
  }

  /// Asked for help, a command does nothing, but refuses options that it does not have.
  private String sotto(List<String> words) {
    var asked = Stream.concat(words.stream(), Stream.of("--help")).toArray(String[]::new);
    try (var run = new Running("sotto", checkout.sotto(asked))) {
      return run.awaitEnd(LIMIT) == 0 ? "" : run.err();
    }
  }

  /// The commands of the first block after these words.
  private List<Documented> block(String page, String after) throws IOException {
    var text = Files.readString(checkout.root().resolve(page));
    var opens = text.indexOf("\n```", text.indexOf(after));
    var start = text.substring(0, opens).lines().count();
    var end = text.substring(0, text.indexOf("\n```", opens + 1)).lines().count();
    return Documented.in(checkout.root()).stream()
        .filter(c -> c.page().equals(Path.of(page)) && c.line() > start && c.line() <= end)
        .toList();
  }

  private ProcessBuilder builder(Stream<String> words) {
    var process = checkout.sotto(words.toArray(String[]::new)).directory(folder.toFile());
    process.environment().put("SOTTO_PASSPHRASE", "of the newcomer");
    return process;
  }

  private Running start(Documented server, UnaryOperator<String> with) {
    return new Running(server.toString(), builder(server.argumentsWith(with)));
  }

  private String run(Documented command, UnaryOperator<String> with) {
    try (var running = new Running(command.toString(), builder(command.argumentsWith(with)))) {
      running.endInput();
      assertThat(running.awaitEnd(LIMIT)).as(command + "\n" + running.err()).isZero();
      return String.join("\n", running.seen());
    }
  }

  @Test
  void quickStart_worksAsTheReadmeHasIt() throws IOException {
    var commands =
        block("README.md", "## By hand").stream()
            .filter(c -> c.program().equals("./sotto"))
            .toList();
    assertThat(commands).hasSizeGreaterThan(6);
    Picture.paint(folder.resolve("picture.png"), 1);
    UnaryOperator<String> here = word -> word.replace("/tmp/", folder + "/");
    try (var server = start(commands.getFirst(), word -> here.apply(word).replace(":7700", ":0"))) {
      var ready = server.awaitLine(line -> line.startsWith("ready "), LIMIT);
      var address = ready.split(" ", -1)[1];
      assertThat(ready).isEqualTo("ready " + address + " ca=" + folder.resolve("sotto/ca.pem"));
      var said = new StringBuilder();
      for (var command : commands.subList(1, commands.size())) {
        said.append(run(command, word -> here.apply(word).replace("127.0.0.1:7700", address)));
      }
      assertThat(said).contains("hello").contains("picture.png");
    }
  }

  /// Distinct, and free a moment ago.
  private static List<String> freeAddresses(int count) throws IOException {
    var sockets = new ArrayList<ServerSocket>();
    try {
      for (int i = 0; i < count; i++) {
        sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      }
      return sockets.stream().map(socket -> "127.0.0.1:" + socket.getLocalPort()).toList();
    } finally {
      for (var socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void severalProcesses_workAsTheOperatorsPageHasThem() throws IOException {
    var commands =
        block("docs/operations.md", "## Several processes").stream()
            .filter(c -> c.program().equals("./sotto"))
            .toList();
    var place = Path.of("/tmp/sotto-e2e-docs-" + ProcessHandle.current().pid());
    var running = new ArrayList<Running>();
    try (var stack = new Stack(checkout, place, folder.resolve("stack.log"))) {
      var url = stack.up("mysql");
      var addresses = freeAddresses(4);
      UnaryOperator<String> here =
          word ->
              MESH.matcher(
                      word.replace("mysql://sotto@db/chat", url)
                          .replace("/srv/", folder + "/")
                          .replace("chat.example.org", "localhost")
                          .replace("0.0.0.0:7700", "127.0.0.1:0"))
                  .replaceAll(found -> addresses.get(Integer.parseInt(found.group(1)) - 1));
      var ready = "";
      for (var command : commands) {
        if (first(command.arguments()).startsWith("serve-")) {
          var server = start(command, here);
          running.add(server);
          ready = server.awaitLine(line -> line.startsWith("ready "), LIMIT);
          continue;
        }
        run(command, here);
        if (first(command.arguments()).equals("mesh-ca")) {
          // "Likewise each process."
          for (var role : List.of("store", "presence", "blob")) {
            run(command, word -> word.replace("relay", role));
          }
        }
      }
      assertThat(running).hasSize(4);
      var server = ready.split(" ", -1)[1].replace("127.0.0.1", "localhost");
      var check = Stream.of("check", "--server", server, "--ca", "public-ca/ca.pem");
      try (var checking = new Running("sotto check", builder(check))) {
        assertThat(checking.awaitEnd(LIMIT)).as(checking.err()).isZero();
      }
    } finally {
      running.reversed().forEach(Running::close);
    }
  }
}
