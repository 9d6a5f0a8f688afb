package sotto.bench;

import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import sotto.bench.measure.Handshakes;
import sotto.bench.measure.ProcessMeter;
import sotto.bench.measure.Wires;
import sotto.client.ServerAddress;

/// A standalone server as a process of its own, with limits that let thousands of clients come from
/// one address. One thread.
final class ServerUnderTest implements Target {
  private final Process process;
  private final String address;
  private final Path ca;
  private final Dialer dialer;
  private final OptionalInt metrics;
  private final Thread end;

  private ServerUnderTest(Process process, String address, Path ca, OptionalInt metrics)
      throws IOException {
    this.process = process;
    this.address = address;
    this.ca = ca;
    this.dialer = Dialer.trusting(ca);
    this.metrics = metrics;
    this.end = new Thread(process::destroy);
    Runtime.getRuntime().addShutdownHook(end);
  }

  /// Starts one and waits until it listens. What it logs goes to a file beside its folder.
  ///
  /// @param folder its data, made
  /// @param environment settings beside the limits
  static ServerUnderTest start(Path folder, Map<String, String> environment) throws IOException {
    return start(folder, environment, OptionalInt.empty());
  }

  /// The same with its metrics to be read.
  static ServerUnderTest measured(Path folder, Map<String, String> environment) throws IOException {
    int port = Metered.freePort();
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(Metered.at(port));
    return start(folder, all, OptionalInt.of(port));
  }

  private static ServerUnderTest start(
      Path folder, Map<String, String> environment, OptionalInt metrics) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Checkout.server(), "serve", "--data", folder.toString(), "--listen", "127.0.0.1:0");
    builder.environment().putAll(Dialer.WIDE);
    builder.environment().putAll(environment);
    Path log = folder.resolveSibling(folder.getFileName() + ".log");
    builder.redirectError(log.toFile());
    Process process = builder.start();
    Ready ready = Ready.of(process, log);
    return new ServerUnderTest(process, ready.address(), ready.ca(), metrics);
  }

  /// What a server says when it listens.
  ///
  /// @param address `HOST:PORT`
  /// @param ca whom to trust, PEM
  record Ready(String address, Path ca) {
    /// Waits for it.
    static Ready of(Process process, Path log) throws IOException {
      var said =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      for (String line = said.readLine(); line != null; line = said.readLine()) {
        if (line.startsWith("ready ")) {
          String[] words = line.split(" ", 3);
          return new Ready(words[1], Path.of(words[2].substring("ca=".length())));
        }
      }
      process.destroyForcibly();
      throw new IOException("no server: " + Files.readString(log).strip());
    }
  }

  @Override
  public String described() {
    return "standalone, one process, SQLite with fsync";
  }

  /// A new connection to it.
  ManagedChannel channel() {
    return dialer.channel(address);
  }

  @Override
  public Handshakes handshakes() {
    return dialer.handshakes();
  }

  @Override
  public ManagedChannel channel(int relay) {
    return channel();
  }

  @Override
  public List<Person> register(int count) {
    return Registrar.open().register(this::channel, count);
  }

  @Override
  public List<ProcessMeter> meters() throws IOException {
    return List.of(ProcessMeter.attach("server", process.pid(), metrics));
  }

  @Override
  public List<Wires.Hop> hops() {
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    return List.of(new Wires.Hop("client–server", Set.of(port)));
  }

  /// Where it listens, `HOST:PORT`.
  String hostPort() {
    return address;
  }

  /// Whom its clients have to trust, PEM.
  String authority() throws IOException {
    return Files.readString(ca);
  }

  @Override
  public ServerAddress address() throws IOException {
    return ServerAddress.parse(address).trusting(authority());
  }

  /// Processor time that it has taken, nanoseconds.
  long processorNanos() {
    return process.info().totalCpuDuration().orElseThrow().toNanos();
  }

  @Override
  public void close() {
    dialer.close();
    process.destroy();
    process.onExit().join();
    Runtime.getRuntime().removeShutdownHook(end);
  }

  /// How a process is told to show its metrics.
  static final class Metered {
    private Metered() {}

    static int freePort() throws IOException {
      try (ServerSocket socket = new ServerSocket(0)) {
        return socket.getLocalPort();
      }
    }

    static Map<String, String> at(int port) {
      return Map.of(
          "OTEL_METRICS_EXPORTER", "prometheus",
          "OTEL_TRACES_EXPORTER", "none",
          "OTEL_EXPORTER_PROMETHEUS_PORT", Integer.toString(port));
    }
  }
}
