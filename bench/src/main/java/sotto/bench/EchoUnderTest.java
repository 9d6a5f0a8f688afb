package sotto.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import sotto.bench.baseline.EchoLoad;
import sotto.bench.measure.Fsyncs;
import sotto.bench.measure.Latencies;
import sotto.bench.measure.ProcessMeter;

/// An echo server as a process of its own, and streams to it.
final class EchoUnderTest implements AutoCloseable {
  private static final List<String> PROPERTIES = List.of("java.library.path", "sotto.root");

  private final Process process;
  private final Dialer dialer;
  private final EchoLoad load;
  private final ProcessMeter meter;
  private final Thread end;

  /// What came of one measurement.
  ///
  /// @param perSecond messages there and back
  /// @param serverMicros processor time of the server for one
  record Echoed(double perSecond, double serverMicros, Latencies times) {}

  private EchoUnderTest(Process process, ServerUnderTest.Ready ready, int streams, int bytes)
      throws IOException {
    this.process = process;
    this.end = new Thread(process::destroy);
    Runtime.getRuntime().addShutdownHook(end);
    dialer = Dialer.trusting(ready.ca());
    load = new EchoLoad(() -> dialer.channel(ready.address()), streams, bytes);
    meter = ProcessMeter.foreign("echo", process.pid(), Fsyncs.NOT_KNOWN);
  }

  /// Starts it with the options of servers.
  static EchoUnderTest start(Path folder, int streams, int bytes) throws IOException {
    Path own = Files.createDirectories(folder.resolve("echo"));
    Path log = folder.resolve("echo.log");
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.add("@" + Checkout.root().resolve("standalone/target/app/bin/server.options"));
    PROPERTIES.forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "echo-server",
            own.toString()));
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    return new EchoUnderTest(process, ServerUnderTest.Ready.of(process, log), streams, bytes);
  }

  /// With some unanswered all the time.
  Echoed closed(int depth, int seconds) throws IOException {
    long before = meter.look().cpuNanos();
    Latencies times = load.closed(depth, seconds);
    return echoed(times, seconds, before);
  }

  /// At a steady rate.
  Echoed steady(int rate, int seconds) throws IOException {
    long before = meter.look().cpuNanos();
    Latencies times = load.steady(rate, seconds);
    return echoed(times, seconds, before);
  }

  private Echoed echoed(Latencies times, int seconds, long before) throws IOException {
    double spent = (meter.look().cpuNanos() - before) / 1e3;
    return new Echoed(times.count() / (double) seconds, spent / times.count(), times);
  }

  @Override
  public void close() throws IOException {
    load.close();
    dialer.close();
    meter.close();
    process.destroy();
    process.onExit().join();
    Runtime.getRuntime().removeShutdownHook(end);
  }
}
