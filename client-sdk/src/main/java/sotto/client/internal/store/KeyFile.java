package sotto.client.internal.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.crypto.PassphraseKey;

/// The file `kdf` of a home: how its store's key comes from what the user gives. Holds no secret.
///
/// ```
/// raw                                         the key is given
/// argon2id m=32768 t=2 p=1 salt=32 hex digits the key comes from a passphrase
/// ```
///
/// A second line, `store made`, follows once the store has been written: a store that is empty or
/// gone after that is damage and not a new home.
final class KeyFile {
  private static final String RAW = "raw";
  private static final String MADE = "store made";
  private static final Pattern ARGON2ID =
      Pattern.compile("argon2id m=([0-9]{1,7}) t=([0-9]{1,2}) p=([0-9]{1,2}) salt=([0-9a-f]{32})");

  private static final String NAME = "kdf";

  private final Path home;
  private final Path file;

  KeyFile(Path home) {
    this.home = home;
    this.file = home.resolve(NAME);
  }

  boolean exists() {
    return Files.exists(file);
  }

  /// The store's key; makes the file for a new home.
  ///
  /// @return 32 bytes, the caller's to wipe
  byte[] key(Secret secret, SecureRandom random) throws IOException {
    if (!exists()) {
      write(secret, random);
    }
    String line = lines().getFirst();
    return switch (secret) {
      case Secret.Raw(byte[] key) when line.equals(RAW) -> key.clone();
      case Secret.Text(char[] chars) when parameters(line).isPresent() ->
          PassphraseKey.derive(chars.clone(), parameters(line).get());
      default -> {
        if (line.equals(RAW) || parameters(line).isPresent()) {
          throw SottoException.of(
              Code.WRONG_PASSPHRASE, "This home is opened in another way than with that secret.");
        }
        throw SottoException.of(Code.STORAGE_DAMAGED, "The home's file 'kdf' is damaged.");
      }
    };
  }

  /// Whether the store has been written before.
  boolean storeMade() throws IOException {
    return exists() && lines().contains(MADE);
  }

  /// Notes that the store has been written.
  void noteStoreMade() throws IOException {
    if (!storeMade()) {
      DurableFiles.write(home, NAME, List.of(lines().getFirst(), MADE));
    }
  }

  /// Its lines, one at least.
  private List<String> lines() throws IOException {
    List<String> lines = Files.readString(file, StandardCharsets.US_ASCII).lines().toList();
    return lines.isEmpty() ? List.of("") : lines;
  }

  private void write(Secret secret, SecureRandom random) throws IOException {
    String line =
        switch (secret) {
          case Secret.Raw _ -> RAW;
          case Secret.Text _ -> line(PassphraseKey.Parameters.forNewStore(random));
        };
    DurableFiles.write(home, NAME, List.of(line));
  }

  private static String line(PassphraseKey.Parameters p) {
    return "argon2id m=%d t=%d p=%d salt=%s"
        .formatted(p.memoryKib(), p.iterations(), p.parallelism(), p.salt());
  }

  private static Optional<PassphraseKey.Parameters> parameters(String line) {
    Matcher m = ARGON2ID.matcher(line);
    if (!m.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new PassphraseKey.Parameters(
              Integer.parseInt(m.group(1)),
              Integer.parseInt(m.group(2)),
              Integer.parseInt(m.group(3)),
              Bytes.parse(m.group(4))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
