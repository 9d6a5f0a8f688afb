package sotto.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import sotto.cli.print.TerminalText;
import sotto.client.Passphrase;

/// Where the passphrase comes from: `--passphrase-file`, then `SOTTO_PASSPHRASE`, then a question
/// on the terminal. Never an argument, which every user of the machine could read. An empty one is
/// refused wherever it comes from.
final class PassphraseSource {
  private static final int LONGEST_FILE = 8192;

  private final Host host;
  private final Globals globals;

  PassphraseSource(Host host, Globals globals) {
    this.host = host;
    this.globals = globals;
  }

  /// The passphrase of a home that exists.
  Passphrase known() {
    return given().orElseGet(() -> made(asked("Passphrase: ")));
  }

  /// The passphrase for a new home; a person types it twice.
  Passphrase chosen() {
    return given().orElseGet(this::askedTwice);
  }

  /// Another passphrase for a home that exists.
  Passphrase another(Optional<Path> file) {
    return file.map(f -> made(line(f))).orElseGet(this::askedTwice);
  }

  private Passphrase askedTwice() {
    char[] first = asked("New passphrase for this home: ");
    char[] second = asked("The same once more: ");
    boolean same = Arrays.equals(first, second);
    Arrays.fill(second, '\0');
    if (!same) {
      Arrays.fill(first, '\0');
      throw CommandFailed.passphrase("The two passphrases differ. Try again.");
    }
    return made(first);
  }

  private Optional<Passphrase> given() {
    return globals
        .passphraseFile()
        .map(file -> made(line(file)))
        .or(() -> host.variable("SOTTO_PASSPHRASE").map(v -> made(v.toCharArray())));
  }

  private char[] asked(String question) {
    return host.prompt()
        .ask(question)
        .orElseThrow(() ->
            CommandFailed.passphrase(
                "No passphrase. Set SOTTO_PASSPHRASE, give --passphrase-file FILE, or run the"
                    + " command on a terminal."));
  }

  private static Passphrase made(char[] chars) {
    try {
      if (chars.length == 0) {
        throw CommandFailed.passphrase("The passphrase is empty. It has 1 to 1,024 characters.");
      }
      if (chars.length > Passphrase.MAX_CHARS) {
        throw CommandFailed.passphrase("The passphrase is too long. It has 1 to 1,024 characters.");
      }
      return Passphrase.of(chars);
    } finally {
      Arrays.fill(chars, '\0');
    }
  }

  /// The first line of a file that holds a secret; the caller's to wipe.
  static char[] line(Path file) {
    String shown = TerminalText.name(file.toString());
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(LONGEST_FILE);
    } catch (IOException e) {
      throw CommandFailed.passphrase(
          "The file " + shown + " cannot be read. Check its path and permissions.");
    }
    int end = 0;
    while (end < bytes.length && bytes[end] != '\n' && bytes[end] != '\r') {
      end++;
    }
    try {
      CharBuffer line = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, 0, end));
      char[] chars = new char[line.remaining()];
      line.get(chars);
      return chars;
    } catch (CharacterCodingException e) {
      throw CommandFailed.passphrase("The file " + shown + " is not UTF-8.");
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
