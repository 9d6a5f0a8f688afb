package sotto.bench;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import sotto.bench.measure.Fsyncs;
import sotto.bench.measure.Handshakes;
import sotto.bench.measure.ProcessMeter;
import sotto.bench.measure.Wires;
import sotto.client.ServerAddress;
import sotto.store.sql.MySqlDialect;
import sotto.store.sql.StoreUrl;

/// A mesh that `stack/sotto-stack` runs, as its clients and its operator reach it. Not more than
/// one thread at a time starts or kills.
final class MeshUnderTest implements Target {
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total +[0-9]+ +([0-9]+)");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmRSS:\\s+([0-9]+) kB");
  private static final Pattern FILES = Pattern.compile("(?m)^Max open files +([0-9]+)");

  private static final Pattern POD = Pattern.compile("(\\S+) \\S+:(\\d+) \\S+ (\\d+)");
  private static final String JAVA = "-Xmx512m -XX:+UseSerialGC";

  private final StackUnderTest stack;
  private final List<String> relays;
  private final Path ca;
  private final Dialer dialer;
  private final Map<String, Integer> metrics = new HashMap<>();

  /// A process of the mesh.
  private record Pod(String name, int port, long pid) {
    boolean is(String kind) {
      return name.startsWith(kind);
    }
  }

  private MeshUnderTest(StackUnderTest stack) throws IOException {
    this.stack = stack;
    Map<String, String> told =
        stack
            .run("relays")
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

  /// Starts one, two of each service but one of blobs. Its relays have wide limits.
  static MeshUnderTest up(StackUnderTest.Profile profile) throws IOException {
    return up(profile, false);
  }

  /// The same, with stores whose metrics can be read.
  static MeshUnderTest measured(StackUnderTest.Profile profile) throws IOException {
    return up(profile, true);
  }

  private static MeshUnderTest up(StackUnderTest.Profile profile, boolean measured)
      throws IOException {
    var stack = StackUnderTest.up(Map.of("SOTTO_JAVA_OPTS", JAVA), profile.word(), "--mesh");
    try {
      MeshUnderTest mesh = new MeshUnderTest(stack);
      for (Pod pod : mesh.pods()) {
        if (pod.is("relay-")) {
          mesh.restart(pod, Dialer.WIDE);
        } else if (pod.is("store-") && measured) {
          int port = ServerUnderTest.Metered.freePort();
          mesh.metrics.put(pod.name(), port);
          mesh.restart(pod, ServerUnderTest.Metered.at(port));
        }
      }
      return mesh;
    } catch (IOException | RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private void restart(Pod pod, Map<String, String> settings) throws IOException {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("SOTTO_JAVA_OPTS", JAVA);
    var _ = stack.run("end", pod.name());
    var _ = stack.run(environment, "start", pod.name());
  }

  private List<Pod> pods() throws IOException {
    return stack
        .run("pods")
        .lines()
        .map(POD::matcher)
        .filter(Matcher::matches)
        .map(m -> new Pod(m.group(1), Integer.parseInt(m.group(2)), Long.parseLong(m.group(3))))
        .toList();
  }

  @Override
  public String described() {
    return relays.size() + " relays of a mesh over " + stack.profile();
  }

  @Override
  public List<Person> register(int count) {
    return Registrar.open().register(() -> channel(1), count);
  }

  @Override
  public List<ProcessMeter> meters() throws IOException {
    List<ProcessMeter> all = new ArrayList<>();
    for (Pod pod : pods()) {
      Integer port = metrics.get(pod.name());
      all.add(
          ProcessMeter.attach(
              pod.name(), pod.pid(), port == null ? OptionalInt.empty() : OptionalInt.of(port)));
    }
    Fsyncs fsyncs =
        stack.profile().equals(StackUnderTest.Profile.MYSQL.word())
            ? Fsyncs.of(this::mysql)
            : Fsyncs.NOT_KNOWN;
    for (long pid : stack.pids("mysqld")) {
      all.add(ProcessMeter.foreign("mysqld", pid, fsyncs));
    }
    return all;
  }

  @Override
  public Optional<Connection> database() throws SQLException {
    return stack.profile().equals(StackUnderTest.Profile.MYSQL.word())
        ? Optional.of(mysql())
        : Optional.empty();
  }

  private Connection mysql() throws SQLException {
    return MySqlDialect.connect(StoreUrl.parse(stack.told()), 1).openWriter();
  }

  @Override
  public List<Wires.Hop> hops() throws IOException {
    List<Pod> pods = pods();
    return List.of(
        new Wires.Hop(
            "client–relay",
            relays.stream()
                .map(at -> Integer.valueOf(at.substring(at.lastIndexOf(':') + 1)))
                .collect(Collectors.toSet())),
        hop("relay–store", pods, "store-"),
        hop("relay–relay", pods, "relay-"),
        hop("relay–presence", pods, "presence-"));
  }

  private static Wires.Hop hop(String name, List<Pod> pods, String kind) {
    return new Wires.Hop(
        name, pods.stream().filter(p -> p.is(kind)).map(Pod::port).collect(Collectors.toSet()));
  }

  @Override
  public Handshakes handshakes() {
    return dialer.handshakes();
  }

  /// A new connection to a relay, which is made with the first call.
  @Override
  public ManagedChannel channel(int relay) {
    return dialer.channel(relays.get(relay % relays.size()));
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
  void start(int relay, String java) throws IOException {
    Map<String, String> environment = new HashMap<>(Dialer.WIDE);
    environment.put("SOTTO_JAVA_OPTS", java);
    var _ = stack.run(environment, "start", "relay-" + relay);
  }

  /// The first relay's.
  @Override
  public ServerAddress address() throws IOException {
    return ServerAddress.parse(relays.getFirst()).trusting(Files.readString(ca));
  }

  /// Ends the blob service and starts it with other settings, a heap of 512 MiB and a serial
  /// collector.
  void restartBlob(Map<String, String> settings) throws IOException {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("SOTTO_JAVA_OPTS", "-Xmx512m -XX:+UseSerialGC");
    for (String word : List.of("kill", "start")) {
      var _ = stack.run(environment, word, "blob-0");
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
    return stack.pids(pod).stream()
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(pod + " does not run"));
  }

  /// Bytes of a process's heap that are reachable: it collects all garbage first.
  static long liveHeap(long pid) throws IOException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    String said =
        StackUnderTest.run(Map.of(), List.of(jcmd, Long.toString(pid), "GC.class_histogram"));
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

  @Override
  public void close() {
    dialer.close();
    stack.close();
  }
}
