package sotto.e2e;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/// What a run says, each line with the seconds since it began, for a person and for a file.
/// Thread-safe.
final class Narration implements AutoCloseable {
  private final long started = System.nanoTime();
  private final PrintStream out;
  private final PrintStream copy;

  /// @param out for a person
  /// @param file is made
  Narration(PrintStream out, Path file) throws IOException {
    this.out = out;
    try {
      this.copy = new PrintStream(file.toFile(), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      throw new IOException(e);
    }
  }

  synchronized void say(String text) {
    var line = String.format(Locale.ROOT, "%6.1f s  %s", (System.nanoTime() - started) / 1e9, text);
    out.println(line);
    copy.println(line);
  }

  /// Where something came from, for the file only.
  synchronized void trace(Throwable e) {
    e.printStackTrace(copy);
  }

  @Override
  public void close() {
    copy.close();
  }
}
