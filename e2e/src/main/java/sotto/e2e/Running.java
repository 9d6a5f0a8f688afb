package sotto.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A process that runs, its output at hand line by line. Not for concurrent use by several threads.
final class Running implements AutoCloseable {
  private final String name;
  private final Process process;
  private final BlockingQueue<Optional<String>> out = new LinkedBlockingQueue<>();
  private final List<String> seen = new ArrayList<>();
  private final Queue<String> err = new ConcurrentLinkedQueue<>();
  private final Thread outReader;
  private final Thread errReader;

  /// Starts a process.
  ///
  /// @param name what to call it in a failure's message
  /// @param builder the process
  Running(String name, ProcessBuilder builder) {
    this.name = name;
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("could not start " + name, e);
    }
    // Reading a pipe holds the carrier of a virtual thread: a few processes would stop all others.
    outReader = Thread.ofPlatform().daemon().start(() -> read(process.getInputStream(), true));
    errReader = Thread.ofPlatform().daemon().start(() -> read(process.getErrorStream(), false));
  }

  private void read(InputStream from, boolean toOut) {
    try (var lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        if (toOut) {
          out.add(Optional.of(line));
        } else {
          err.add(line);
        }
      }
    } catch (IOException e) {
      err.add("[reading ended: " + e.getMessage() + "]");
    } finally {
      if (toOut) {
        out.add(Optional.empty());
      }
    }
  }

  /// Types a line.
  void type(String line) {
    write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /// Writes to its standard input.
  void write(byte[] bytes) {
    try {
      process.getOutputStream().write(bytes);
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw failure("takes no input", e);
    }
  }

  /// Ends its standard input.
  void endInput() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      throw failure("takes no end of input", e);
    }
  }

  /// Waits for a line of standard output.
  ///
  /// @param wanted which line
  /// @param within how long to wait
  /// @return the line
  String awaitLine(Predicate<String> wanted, Duration within) {
    var end = System.nanoTime() + within.toNanos();
    while (true) {
      Optional<String> line;
      try {
        line = out.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        throw failure("was waited for and the wait interrupted", e);
      }
      if (line == null) {
        throw failure("did not print what was waited for within " + within, null);
      }
      if (line.isEmpty()) {
        throw failure("ended without printing what was waited for", null);
      }
      seen.add(line.get());
      if (wanted.test(line.get())) {
        return line.get();
      }
    }
  }

  /// Waits for its end.
  ///
  /// @param within how long to wait; then it is killed
  /// @return its exit code
  int awaitEnd(Duration within) {
    try {
      if (!process.waitFor(within.toNanos(), TimeUnit.NANOSECONDS)) {
        process.destroyForcibly();
        throw failure("did not end within " + within, null);
      }
      outReader.join();
      errReader.join();
    } catch (InterruptedException e) {
      throw failure("was waited for and the wait interrupted", e);
    }
    for (var line = out.poll(); line != null; line = out.poll()) {
      line.ifPresent(seen::add);
    }
    return process.exitValue();
  }

  /// All lines of standard output so far taken.
  List<String> seen() {
    return List.copyOf(seen);
  }

  /// Standard error so far.
  String err() {
    return String.join("\n", err);
  }

  /// Its process id.
  long pid() {
    return process.pid();
  }

  boolean alive() {
    return process.isAlive();
  }

  /// SIGKILL, and waits until it is gone.
  void kill() {
    process.destroyForcibly();
    awaitEnd(Duration.ofSeconds(10));
  }

  /// SIGTERM.
  void terminate() {
    process.destroy();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private IllegalStateException failure(String what, @Nullable Throwable cause) {
    return new IllegalStateException(
        "%s %s%nstdout: %s%nstderr: %s".formatted(name, what, seen, err()), cause);
  }
}
