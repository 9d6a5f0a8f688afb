package sotto.e2e;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// The real standalone server in a process of its own, on loopback.
final class ServerProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration STOP = Duration.ofSeconds(30);
  private static final Pattern READY = Pattern.compile("ready ([^ ]+):([0-9]+) ca=(.+)");

  private final Checkout checkout;
  private final Path data;
  private final UnaryOperator<ProcessBuilder> surroundings;
  private Running process;
  private int port;
  private Path ca;

  private ServerProcess(Checkout checkout, Path data, UnaryOperator<ProcessBuilder> surroundings) {
    this.checkout = checkout;
    this.data = data;
    this.surroundings = surroundings;
    this.process = launch("127.0.0.1:0");
    var ready = READY.matcher(process.awaitLine(l -> l.startsWith("ready "), START));
    if (!ready.matches()) {
      throw new IllegalStateException("not a ready line: " + process.seen());
    }
    port = Integer.parseInt(ready.group(2));
    ca = Path.of(ready.group(3));
  }

  /// Starts a server on a free port and waits until it is ready.
  ///
  /// @param checkout whose server
  /// @param data its folder
  /// @return the running server
  static ServerProcess start(Checkout checkout, Path data) {
    return new ServerProcess(checkout, data, UnaryOperator.identity());
  }

  /// The same in other surroundings.
  ///
  /// @param surroundings changes each process before it starts: its environment, its limits
  static ServerProcess start(
      Checkout checkout, Path data, UnaryOperator<ProcessBuilder> surroundings) {
    return new ServerProcess(checkout, data, surroundings);
  }

  private Running launch(String listen) {
    return launch(listen, Map.of());
  }

  private Running launch(String listen, Map<String, String> environment) {
    var builder =
        surroundings.apply(checkout.sotto("serve", "--data", data.toString(), "--listen", listen));
    builder.environment().putAll(environment);
    return new Running("the server", builder);
  }

  /// `HOST:PORT` as a client is to be given it.
  String address() {
    return "127.0.0.1:" + port;
  }

  /// The certificate that a client is to trust.
  Path ca() {
    return ca;
  }

  /// The folder that all its files are in.
  Path data() {
    return data;
  }

  long pid() {
    return process.pid();
  }

  /// The port on 127.0.0.1 that it serves at.
  int port() {
    return port;
  }

  /// What it logged so far.
  String log() {
    return process.err();
  }

  /// SIGKILL: no chance to tidy up.
  void kill() {
    process.kill();
  }

  /// SIGTERM, and waits for the end.
  ///
  /// @return the exit code
  int terminate() {
    process.terminate();
    return process.awaitEnd(STOP);
  }

  /// Starts it again on the same folder and the same port, to halt when it reaches a crash point.
  ///
  /// @param point a point's name
  void restartCrashingAt(String point) {
    process = launch(address(), Map.of("SOTTO_JAVA_OPTS", "-Dsotto.test.crash=" + point));
    process.awaitLine(l -> l.startsWith("ready "), START);
  }

  /// Waits until it has died by itself.
  void awaitDeath(Duration within) {
    process.awaitEnd(within);
  }

  /// Starts it again on the same folder and the same port.
  void restart() {
    process = launch(address());
    process.awaitLine(l -> l.startsWith("ready "), START);
  }

  @Override
  public void close() {
    process.close();
  }
}
