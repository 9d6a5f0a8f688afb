package sotto.bench;

import io.grpc.ManagedChannel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import sotto.client.ServerAddress;

/// A standalone server as a process of its own, with limits that let thousands of clients come from
/// one address. One thread.
final class ServerUnderTest implements AutoCloseable {
  private final Process process;
  private final String address;
  private final Path ca;
  private final Dialer dialer;

  private ServerUnderTest(Process process, String address, Path ca) throws IOException {
    this.process = process;
    this.address = address;
    this.ca = ca;
    this.dialer = Dialer.trusting(ca);
  }

  /// Starts one and waits until it listens. What it logs goes to a file beside its folder.
  ///
  /// @param program the launcher of servers
  /// @param folder its data, made
  /// @param environment settings beside the limits
  static ServerUnderTest start(Path program, Path folder, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            program.toString(), "serve", "--data", folder.toString(), "--listen", "127.0.0.1:0");
    builder.environment().putAll(Dialer.WIDE);
    builder.environment().putAll(environment);
    builder.redirectError(folder.resolveSibling(folder.getFileName() + ".log").toFile());
    Process process = builder.start();
    var said =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String ready =
        said.lines()
            .filter(line -> line.startsWith("ready "))
            .findFirst()
            .orElseThrow(() -> {
              process.destroyForcibly();
              return new IOException("no server: see " + folder + ".log");
            });
    String[] words = ready.split(" ", 3);
    return new ServerUnderTest(process, words[1], Path.of(words[2].substring("ca=".length())));
  }

  /// A new connection to it.
  ManagedChannel channel() {
    return dialer.channel(address);
  }

  /// Where clients find it.
  ServerAddress address() throws IOException {
    return ServerAddress.parse(address).trusting(Files.readString(ca));
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
  }
}
