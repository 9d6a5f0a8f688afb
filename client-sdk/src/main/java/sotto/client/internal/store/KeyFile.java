package sotto.client.internal.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.crypto.PassphraseKey;
import sotto.crypto.WrappedKey;

/// The file `kdf` of a home: how its store's key comes from what the user gives. Holds no secret.
///
/// ```
/// raw                                         a key is given
/// argon2id m=32768 t=2 p=1 salt=32 hex digits a key comes from a passphrase
/// … key=80 hex digits                         behind either: under that key, the store's own
/// ```
///
/// Without the last part the key itself is the store's, as in homes of earlier versions that never
/// got another passphrase. With it, another passphrase is this file written anew in one step.
///
/// A second line, `store made`, follows once the store has been written: a store that is empty or
/// gone after that is damage and not a new home.
final class KeyFile {
  private static final String RAW = "raw";
  private static final String MADE = "store made";
  private static final Pattern FORM =
      Pattern.compile(
          "(?:raw|argon2id m=([0-9]{1,7}) t=([0-9]{1,2}) p=([0-9]{1,2}) salt=([0-9a-f]{32}))"
              + "(?: key=([0-9a-f]{80}))?");

  private static final String NAME = "kdf";

  /// What the first line says.
  private record How(Optional<PassphraseKey.Parameters> passphrase, Optional<byte[]> wrapped) {}

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
  /// @throws SottoException WRONG_PASSPHRASE as far as that can be told here, STORAGE_DAMAGED
  byte[] key(Secret secret, SecureRandom random) throws IOException {
    if (!exists()) {
      byte[] key = new byte[WrappedKey.KEY_LENGTH];
      random.nextBytes(key);
      write(key, secret, random);
      return key;
    }
    How how = how();
    byte[] given = given(secret, how);
    if (how.wrapped().isEmpty()) {
      return given;
    }
    try {
      return WrappedKey.unwrap(given, how.wrapped().get())
          .orElseThrow(() ->
              SottoException.of(Code.WRONG_PASSPHRASE, "The passphrase does not open this home."));
    } finally {
      Arrays.fill(given, (byte) 0);
    }
  }

  /// Whether a wrong passphrase shows before the store is opened.
  boolean tellsWrongSecrets() throws IOException {
    return exists() && how().wrapped().isPresent();
  }

  /// Has the store's key come from something else from now on; in one step.
  ///
  /// @param key the store's key, stays the caller's
  void write(byte[] key, Secret secret, SecureRandom random) throws IOException {
    How how =
        new How(
            switch (secret) {
              case Secret.Raw _ -> Optional.empty();
              case Secret.Text _ -> Optional.of(PassphraseKey.Parameters.forNewStore(random));
            },
            Optional.empty());
    byte[] given = given(secret, how);
    List<String> written = new ArrayList<>();
    written.add(
        how.passphrase().map(KeyFile::line).orElse(RAW)
            + " key="
            + HexFormat.of().formatHex(WrappedKey.wrap(given, key)));
    Arrays.fill(given, (byte) 0);
    if (storeMade()) {
      written.add(MADE);
    }
    DurableFiles.write(home, NAME, written);
  }

  private static byte[] given(Secret secret, How how) {
    return switch (secret) {
      case Secret.Raw(byte[] key) when how.passphrase().isEmpty() -> key.clone();
      case Secret.Text(char[] chars) when how.passphrase().isPresent() ->
          PassphraseKey.derive(chars.clone(), how.passphrase().get());
      default ->
          throw SottoException.of(
              Code.WRONG_PASSPHRASE, "This home is opened in another way than with that secret.");
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

  private static String line(PassphraseKey.Parameters p) {
    return "argon2id m=%d t=%d p=%d salt=%s"
        .formatted(p.memoryKib(), p.iterations(), p.parallelism(), p.salt());
  }

  private How how() throws IOException {
    String line = lines().getFirst();
    Matcher m = FORM.matcher(line);
    if (!m.matches()) {
      throw damaged();
    }
    Optional<byte[]> wrapped = Optional.ofNullable(m.group(5)).map(HexFormat.of()::parseHex);
    return line.startsWith(RAW)
        ? new How(Optional.empty(), wrapped)
        : new How(Optional.of(parameters(m)), wrapped);
  }

  private static PassphraseKey.Parameters parameters(Matcher m) {
    try {
      return new PassphraseKey.Parameters(
          Integer.parseInt(m.group(1)),
          Integer.parseInt(m.group(2)),
          Integer.parseInt(m.group(3)),
          Bytes.parse(m.group(4)));
    } catch (IllegalArgumentException e) {
      throw damaged();
    }
  }

  private static SottoException damaged() {
    return SottoException.of(Code.STORAGE_DAMAGED, "The home's file 'kdf' is damaged.");
  }
}
