package sotto.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import sotto.chain.Bytes;

/// What a new device shows and a listed one reads, past every server: where the two meet and how
/// they encrypt.
///
/// ```
/// code    = version 1 ‖ X25519 public key of the new device 32 ‖ secret, random 32
/// check   = the first 3 bytes of SHA-256("sotto/link-code/1" ‖ code)
/// text    = code ‖ check as [CodeText], 109 characters
/// address = HKDF-SHA-256(ikm = secret, no salt, info = "sotto/link/1 slot" ‖ step ‖ round ‖ part, 32 bytes)
/// psk     = HKDF-SHA-256(ikm = secret, no salt, info = "sotto/link/1 psk", 32 bytes)
/// ```
///
/// Nothing of it is known to the server, so that what is agreed with it withstands a quantum
/// computer too. Who sees it can pretend to be the listed device, but not read what that one says.
///
/// Closing wipes the secret. Not safe for use while it is being closed.
public final class LinkCode implements AutoCloseable {
  /// How many characters a code has, hyphens left out.
  public static final int CHARACTERS = 109;

  private static final byte VERSION = 1;
  private static final int SECRET = 32;
  private static final int CODE = 1 + LinkKey.PUBLIC_LENGTH + SECRET;
  private static final int CHECK = 3;
  private static final int KEY = 32;
  private static final byte[] CHECK_DOMAIN = utf8("sotto/link-code/1");
  private static final byte[] SLOT = utf8("sotto/link/1 slot");
  private static final byte[] PSK = utf8("sotto/link/1 psk");

  private final Bytes publicKey;
  private final byte[] secret;
  private boolean closed;

  private LinkCode(Bytes publicKey, byte[] secret) {
    this.publicKey = publicKey;
    this.secret = secret;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// What somebody typed or scanned.
  public sealed interface Typed {}

  /// It is a code.
  ///
  /// @param code the reader's to close
  public record Good(LinkCode code) implements Typed {}

  /// It has another number of characters than a code.
  ///
  /// @param characters how many, spaces and hyphens left out
  public record WrongLength(int characters) implements Typed {}

  /// A character is wrong, or two have changed places.
  public record Mistyped() implements Typed {}

  /// It was made by a newer version.
  public record Newer() implements Typed {}

  /// A new code.
  ///
  /// @param key of the device that shows it
  public static LinkCode of(LinkKey key, SecureRandom random) {
    byte[] secret = new byte[SECRET];
    random.nextBytes(secret);
    return new LinkCode(key.publicKey(), secret);
  }

  /// Reads a code.
  public static Typed read(String typed) {
    String text = CodeText.strip(typed);
    if (text.length() != CHARACTERS) {
      return new WrongLength(text.length());
    }
    Optional<byte[]> all = CodeText.read(text, CODE + CHECK);
    return all.map(LinkCode::parse).orElseGet(Mistyped::new);
  }

  private static Typed parse(byte[] all) {
    try {
      byte[] check = Arrays.copyOfRange(all, CODE, all.length);
      if (!MessageDigest.isEqual(check(Arrays.copyOf(all, CODE)), check)) {
        return new Mistyped();
      }
      if (all[0] != VERSION) {
        return new Newer();
      }
      return new Good(
          new LinkCode(
              Bytes.of(Arrays.copyOfRange(all, 1, 1 + LinkKey.PUBLIC_LENGTH)),
              Arrays.copyOfRange(all, 1 + LinkKey.PUBLIC_LENGTH, CODE)));
    } finally {
      Arrays.fill(all, (byte) 0);
    }
  }

  private static byte[] check(byte[] code) {
    return Arrays.copyOf(sha256(CHECK_DOMAIN, code), CHECK);
  }

  static byte[] sha256(byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// The code for reading and copying, one word with hyphens. The only door to it.
  public String text() {
    byte[] code = bytes();
    byte[] all = Arrays.copyOf(code, CODE + CHECK);
    System.arraycopy(check(code), 0, all, CODE, CHECK);
    String text = CodeText.write(all, '-');
    Arrays.fill(code, (byte) 0);
    Arrays.fill(all, (byte) 0);
    return text;
  }

  /// The layout above, for the transcript.
  byte[] bytes() {
    requireOpen();
    return ByteBuffer.allocate(CODE).put(VERSION).put(publicKey.toArray()).put(secret).array();
  }

  /// The key of the device that shows it.
  public Bytes publicKey() {
    return publicKey;
  }

  /// Where a part of a message is put and looked for.
  ///
  /// @param round 0 to 255
  /// @param part 0 to 255
  public Bytes slot(LinkStep step, int round, int part) {
    requireOpen();
    byte[] info =
        ByteBuffer.allocate(SLOT.length + 3)
            .put(SLOT)
            .put(step.code())
            .put((byte) round)
            .put((byte) part)
            .array();
    return Bytes.of(Hkdf.derive(secret, info, KEY));
  }

  byte[] psk() {
    requireOpen();
    return Hkdf.derive(secret, PSK, KEY);
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
    return "LinkCode[" + CHARACTERS + " characters]";
  }
}
