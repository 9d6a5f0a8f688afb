package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// What a command of the real client did, byte for byte.
///
/// @param command its words
/// @param exit its exit code
/// @param out its standard output
/// @param err its standard error
record Captured(String command, int exit, String out, String err) {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /// Runs a process to its end.
  static Captured run(ProcessBuilder builder, byte[] input) {
    var command = String.join(" ", builder.command());
    try {
      var process = builder.start();
      // Through pipes: a process that may write no file still says why.
      var out = read(process.getInputStream());
      var err = read(process.getErrorStream());
      try (var stdin = process.getOutputStream()) {
        stdin.write(input);
      } catch (IOException e) {
        // It ended without reading.
      }
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(command + " did not end within " + LIMIT);
      }
      return new Captured(command, process.exitValue(), out.join(), err.join());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static CompletableFuture<String> read(InputStream from) {
    var text = new CompletableFuture<String>();
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (from) {
            text.complete(new String(from.readAllBytes(), StandardCharsets.UTF_8));
          } catch (IOException e) {
            text.completeExceptionally(e);
          }
        });
    return text;
  }

  /// Runs a command of a person as a person sees it.
  static Captured of(Cli cli, String... arguments) {
    return run(cli.builder(false, arguments), new byte[0]);
  }

  /// Insists on an exit code and, if it is not 0, on one clear sentence: no stack trace, nothing
  /// internal.
  Captured exits(int wanted) {
    assertThat(exit).as("%s%nstdout: %s%nstderr: %s", command, out, err).isEqualTo(wanted);
    Stage.noTrace("what " + command + " prints", out + err);
    assertThat(err).as(command).doesNotContain("inside of sotto");
    if (wanted != 0) {
      assertThat(err).as(command).isNotBlank();
    }
    return this;
  }

  /// Insists that standard error says something.
  Captured says(String... words) {
    assertThat(err).as(command).containsIgnoringWhitespaces(words);
    return this;
  }
}
