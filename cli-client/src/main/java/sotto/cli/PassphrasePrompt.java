package sotto.cli;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// Asks a person for a passphrase without showing it.
interface PassphrasePrompt {
  /// Asks; empty when nobody can be asked or the input ended.
  Optional<char[]> ask(String question);

  /// Nobody to ask.
  static PassphrasePrompt none() {
    return question -> Optional.empty();
  }

  /// The terminal that standard input and output are.
  static PassphrasePrompt onConsole(Console console) {
    return question -> Optional.ofNullable(console.readPassword("%s", question));
  }

  /// The terminal of the process although its input or output is a pipe or a file.
  static PassphrasePrompt onTty() {
    return question -> {
      File tty = new File("/dev/tty");
      try (FileInputStream in = new FileInputStream(tty);
          FileOutputStream out = new FileOutputStream(tty)) {
        out.write(question.getBytes(StandardCharsets.UTF_8));
        if (!stty(tty, "-echo")) {
          return Optional.empty();
        }
        Thread restore = new Thread(() -> stty(tty, "echo"));
        Runtime.getRuntime().addShutdownHook(restore);
        try {
          return line(in);
        } finally {
          Runtime.getRuntime().removeShutdownHook(restore);
          stty(tty, "echo");
          out.write('\n');
        }
      } catch (IOException e) {
        return Optional.empty();
      }
    };
  }

  private static boolean stty(File tty, String setting) {
    try {
      return new ProcessBuilder("stty", setting)
              .redirectInput(tty)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Optional<char[]> line(FileInputStream in) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int c = in.read();
    if (c < 0) {
      return Optional.empty();
    }
    for (; c >= 0 && c != '\n'; c = in.read()) {
      bytes.write(c);
    }
    byte[] typed = bytes.toByteArray();
    CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(typed));
    Arrays.fill(typed, (byte) 0);
    char[] chars = new char[decoded.remaining()];
    decoded.get(chars);
    return Optional.of(chars);
  }
}
