package sotto.cli.print;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// Standard output, in UTF-8 whatever the locale says. A line is out when the call returns.
/// Thread-safe: lines do not mix.
public final class Output {
  private final OutputStream stream;

  /// Takes the stream it writes to.
  public Output(OutputStream stream) {
    this.stream = stream;
  }

  /// Writes a line, which must be safe for a terminal.
  ///
  /// @throws Closed when nobody reads any more
  public void line(String safe) {
    text(safe + "\n");
  }

  /// Writes an object.
  public void json(JsonLine line) {
    line(line.end());
  }

  /// Writes text that brings its own line breaks.
  public synchronized void text(String safe) {
    try {
      stream.write(safe.getBytes(StandardCharsets.UTF_8));
      stream.flush();
    } catch (IOException e) {
      throw new Closed(e);
    }
  }

  /// Nothing can be written any more.
  public static final class Closed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Closed(IOException cause) {
      super(cause.getMessage(), cause);
    }

    /// Whether the reader simply went away, as `head` does when it has enough.
    public boolean byReader() {
      String why = String.valueOf(getMessage()).toLowerCase(Locale.ROOT);
      return why.contains("pipe") || why.contains("stream closed");
    }
  }
}
