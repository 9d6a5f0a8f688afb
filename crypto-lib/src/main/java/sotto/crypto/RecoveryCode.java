package sotto.crypto;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/// What a person writes down to get an account back when all devices are lost: 64 characters.
///
/// ```
/// secret = 37 random bytes (296 bits)
/// check  = the first 3 bytes of SHA-256("sotto/recovery-code/1" ‖ secret)
/// code   = secret ‖ check, 5 bits a character, most significant first, of 0123456789ABCDEFGHJKMNPQRSTVWXYZ
/// key    = HKDF-SHA-256(ikm = secret, no salt, info = label, 32 bytes)
/// ```
///
/// The text is [CodeText]. One of 2^24 mistyped codes passes the check. HKDF is RFC 5869, without a
/// salt, as section 3.1 allows where the input is uniformly random.
///
/// | label | key |
/// |---|---|
/// | `sotto/recovery/1 authentication` | [RecoveryAuthenticationKey] |
/// | `sotto/recovery/1 backup` | [BackupKey] |
///
/// Closing wipes it. Not safe for use while it is being closed.
public final class RecoveryCode implements AutoCloseable {
  /// How many characters a code has.
  public static final int CHARACTERS = 64;

  private static final int SECRET = 37;
  private static final int CHECK = 3;
  private static final int KEY = 32;
  private static final byte[] CHECK_DOMAIN = utf8("sotto/recovery-code/1");
  private static final byte[] AUTHENTICATION = utf8("sotto/recovery/1 authentication");
  private static final byte[] BACKUP = utf8("sotto/recovery/1 backup");

  private final byte[] secret;
  private boolean closed;

  private RecoveryCode(byte[] secret) {
    this.secret = secret;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// What somebody typed.
  public sealed interface Typed {}

  /// It is a code.
  ///
  /// @param code the reader's to close
  public record Good(RecoveryCode code) implements Typed {}

  /// It has another number of characters than a code.
  ///
  /// @param characters how many, spaces and hyphens left out
  public record WrongLength(int characters) implements Typed {}

  /// A character is wrong, or two have changed places.
  public record Mistyped() implements Typed {}

  /// A new code.
  public static RecoveryCode generate(SecureRandom random) {
    byte[] secret = new byte[SECRET];
    random.nextBytes(secret);
    return new RecoveryCode(secret);
  }

  /// Reads a code.
  public static Typed read(String typed) {
    String text = CodeText.strip(typed);
    if (text.length() != CHARACTERS) {
      return new WrongLength(text.length());
    }
    Optional<byte[]> read = CodeText.read(text, SECRET + CHECK);
    if (read.isEmpty()) {
      return new Mistyped();
    }
    byte[] all = read.get();
    byte[] secret = Arrays.copyOf(all, SECRET);
    boolean good =
        MessageDigest.isEqual(check(secret), Arrays.copyOfRange(all, SECRET, all.length));
    Arrays.fill(all, (byte) 0);
    if (!good) {
      Arrays.fill(secret, (byte) 0);
      return new Mistyped();
    }
    return new Good(new RecoveryCode(secret));
  }

  private static byte[] check(byte[] secret) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(CHECK_DOMAIN);
      return Arrays.copyOf(digest.digest(secret), CHECK);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// The code for reading and writing down, in sixteen groups of four. The only door to it.
  public String text() {
    requireOpen();
    byte[] all = Arrays.copyOf(secret, SECRET + CHECK);
    System.arraycopy(check(secret), 0, all, SECRET, CHECK);
    String text = CodeText.write(all, ' ');
    Arrays.fill(all, (byte) 0);
    return text;
  }

  /// The key that shows a server that one has the code; the caller's to close.
  public RecoveryAuthenticationKey authenticationKey() {
    byte[] seed = derive(AUTHENTICATION);
    try {
      return new RecoveryAuthenticationKey(new Ed25519Secret(seed));
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }

  /// The key that backups are encrypted with; the caller's to close.
  public BackupKey backupKey() {
    return new BackupKey(derive(BACKUP));
  }

  private byte[] derive(byte[] label) {
    requireOpen();
    return Hkdf.derive(secret, label, KEY);
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the code was wiped");
    }
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(secret, (byte) 0);
  }

  @Override
  public String toString() {
    return "RecoveryCode[" + CHARACTERS + " characters]";
  }
}
