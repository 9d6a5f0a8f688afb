package sotto.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A database of its user's own, run by `stack/sotto-stack`, whose progress goes to standard error
/// or to a file. Closing takes it away with all its data, also from another thread while it is
/// being started; the end of the process, if it is no SIGKILL, closes it too.
final class Stack implements AutoCloseable {
  private final Path program;
  private final Path folder;
  private final Redirect progress;
  private volatile Optional<Path> server = Optional.empty();
  // Guarded by this.
  private @Nullable Process command;
  // Guarded by this.
  private boolean closed;

  /// One that does not run yet.
  ///
  /// @param checkout whose `stack/sotto-stack`
  /// @param folder made for it; its path has at most 70 characters, and other users may pass
  ///   through those above: started by root, a database runs as nobody
  Stack(Checkout checkout, Path folder) {
    this(checkout, folder, Redirect.INHERIT);
  }

  /// The same with its progress in a file.
  ///
  /// @param log the file; is appended to
  Stack(Checkout checkout, Path folder, Path log) {
    this(checkout, folder, Redirect.appendTo(log.toFile()));
  }

  private Stack(Checkout checkout, Path folder, Redirect progress) {
    this.program = checkout.root().resolve("stack/sotto-stack");
    this.folder = folder;
    this.progress = progress;
    Runtime.getRuntime().addShutdownHook(new Thread(this::close));
  }

  /// Starts it on free ports.
  ///
  /// @param profile `mysql`, `combo` or `vitess`
  /// @param options more for `sotto-stack up`
  /// @return its address
  String up(String profile, String... options) {
    var words = new ArrayList<>(List.of("up", profile, "--port", "free"));
    words.addAll(List.of(options));
    return run(words.toArray(String[]::new));
  }

  /// Processes of a mesh that are started from now on run another build's server.
  ///
  /// @param program its `bin/sotto-server`; empty = this checkout's
  void serving(Optional<Path> program) {
    server = program;
  }

  /// Where all its files are.
  Path folder() {
    return folder;
  }

  /// Stops it in order; its files stay until it is closed.
  void stop() {
    var _ = run("down", "--keep");
  }

  /// Runs a command of sotto-stack.
  ///
  /// @return what it printed
  String run(String... words) {
    try {
      Process process;
      synchronized (this) {
        if (closed) {
          throw new IllegalStateException("the database was taken away");
        }
        process = start(words);
        command = process;
      }
      return await(process, String.join(" ", words));
    } catch (IOException e) {
      throw new UncheckedIOException("could not run " + program, e);
    }
  }

  private Process start(String... words) throws IOException {
    var builder = new ProcessBuilder(program.toString());
    builder.command().addAll(List.of(words));
    builder.command().addAll(List.of("--dir", folder.toString()));
    builder.environment().keySet().removeIf(name -> name.startsWith("SOTTO_STACK_"));
    server.ifPresent(
        program -> builder.environment().put("SOTTO_STACK_SERVER", program.toString()));
    var process = builder.redirectError(progress).start();
    process.getOutputStream().close();
    return process;
  }

  private static String await(Process process, String command) throws IOException {
    var printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new IllegalStateException("sotto-stack " + command + " failed");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("sotto-stack " + command + " was interrupted", e);
    }
    return printed.strip();
  }

  @Override
  public void close() {
    Process running;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      running = command;
    }
    try {
      if (running != null) {
        running.destroy();
        running.waitFor();
      }
      var _ = await(start("down"), "down");
    } catch (IOException e) {
      throw new UncheckedIOException("could not run " + program, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted; the database may still run: " + folder, e);
    }
  }
}
