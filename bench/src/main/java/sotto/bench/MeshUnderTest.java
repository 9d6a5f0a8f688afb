package sotto.bench;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import sotto.client.ServerAddress;

/// A mesh that `stack/sotto-stack` runs, as its clients and its operator reach it. Not more than
/// one thread at a time starts or kills.
final class MeshUnderTest implements AutoCloseable {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total +[0-9]+ +([0-9]+)");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+([0-9]+) kB");
  private static final Pattern FILES = Pattern.compile("(?m)^Max open files +([0-9]+)");

  private final Path program;
  private final Path folder;
  private final List<String> relays;
  private final Path ca;
  private final Dialer dialer;

  private MeshUnderTest(Path program, Path folder) throws IOException, InterruptedException {
    this.program = program;
    this.folder = folder;
    Map<String, String> told =
        run(Map.of(), program.toString(), "relays", "--dir", folder.toString())
            .lines()
            .map(line -> line.split("=", 2))
            .collect(Collectors.toMap(parts -> parts[0], parts -> parts[1]));
    relays = List.of(of(told, "server").split(","));
    ca = Path.of(of(told, "ca"));
    dialer = Dialer.trusting(ca);
  }

  private static String of(Map<String, String> told, String key) {
    String value = told.get(key);
    if (value == null) {
      throw new IllegalStateException("sotto-stack relays names no " + key);
    }
    return value;
  }

  /// The mesh of `bench/run`.
  ///
  /// @param arguments the program `sotto-stack` and the stack's folder, before all others
  static MeshUnderTest of(String[] arguments) throws IOException, InterruptedException {
    return new MeshUnderTest(Path.of(arguments[0]), Path.of(arguments[1]));
  }

  /// A new connection to a relay, which is made with the first call.
  ManagedChannel channel(int relay) {
    return dialer.channel(relays.get(relay));
  }

  /// Ends a relay as a power failure does.
  ///
  /// @return when, in `System.nanoTime`
  long kill(int relay) throws IOException {
    ProcessHandle process = ProcessHandle.of(pid(relay)).orElseThrow();
    long at = System.nanoTime();
    if (!process.destroyForcibly()) {
      throw new IllegalStateException("relay-" + relay + " cannot be killed");
    }
    process.onExit().join();
    return at;
  }

  /// Starts a relay that was killed, with limits that let thousands of clients come from one
  /// address, and waits until it listens.
  ///
  /// @param java options of its JVM
  void start(int relay, String java) throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>(Dialer.WIDE);
    environment.put("SOTTO_JAVA_OPTS", java);
    var _ =
        run(environment, program.toString(), "start", "relay-" + relay, "--dir", folder.toString());
  }

  /// The first relay, as clients of the SDK are told of it.
  ServerAddress server() throws IOException {
    return ServerAddress.parse(relays.getFirst()).trusting(Files.readString(ca));
  }

  /// Ends the blob service and starts it with other settings, a heap of 512 MiB and a serial
  /// collector.
  void restartBlob(Map<String, String> settings) throws IOException, InterruptedException {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("SOTTO_JAVA_OPTS", "-Xmx512m -XX:+UseSerialGC");
    for (String word : List.of("kill", "start")) {
      var _ = run(environment, program.toString(), word, "blob-0", "--dir", folder.toString());
    }
  }

  /// The process id of the blob service.
  long blobPid() throws IOException {
    return pid("blob-0");
  }

  /// The process id of a relay.
  long pid(int relay) throws IOException {
    return pid("relay-" + relay);
  }

  private long pid(String pod) throws IOException {
    String mark = "SOTTO_STACK_PART=" + folder + ":" + pod;
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : processes) {
        if (environment(process).contains(mark)) {
          return Long.parseLong(process.getFileName().toString());
        }
      }
    }
    throw new IllegalStateException(pod + " does not run");
  }

  private static List<String> environment(Path process) {
    try {
      String all =
          new String(Files.readAllBytes(process.resolve("environ")), StandardCharsets.UTF_8);
      return Arrays.asList(all.split("\0"));
    } catch (IOException _) {
      return List.of(); // another user's, or it has ended
    }
  }

  /// Bytes of a process's heap that are reachable: it collects all garbage first.
  static long liveHeap(long pid) throws IOException, InterruptedException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    String said = run(Map.of(), jcmd, Long.toString(pid), "GC.class_histogram");
    return Long.parseLong(found(TOTAL, said));
  }

  /// Bytes of memory that a process has.
  static long resident(long pid) throws IOException {
    return 1024
        * Long.parseLong(found(RESIDENT, Files.readString(Path.of("/proc/" + pid, "status"))));
  }

  /// How many files a process may have open.
  static long files(long pid) throws IOException {
    return Long.parseLong(found(FILES, Files.readString(Path.of("/proc/" + pid, "limits"))));
  }

  private static String found(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    if (!matcher.find()) {
      throw new IllegalStateException("no " + pattern + " in: " + text);
    }
    return matcher.group(1);
  }

  private static String run(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(String.join(" ", command) + " failed");
    }
    return said;
  }

  @Override
  public void close() {
    dialer.close();
  }
}
