package sotto.store.token;

import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;

/// Challenges that need no memory: the server knows its own by their authentication code.
///
/// ```
/// version 1 ‖ end 8 ‖ random 16 ‖ HMAC-SHA-256 32 over (version ‖ end ‖ random ‖ subject)
/// ```
///
/// `end` is in milliseconds since 1970, big-endian. The subject is who answers: for signing in
/// account ‖ device. Challenges of other purposes are authenticated with other keys. A challenge
/// can be answered more than once within its minute; the answer travels inside TLS only.
public final class Challenges {
  /// How long a challenge is good.
  public static final Duration LIFE = Duration.ofMinutes(1);

  private static final byte VERSION = 1;
  private static final int RANDOM = 16;
  private static final int HEAD = 1 + Long.BYTES + RANDOM;
  private static final int CODE = 32;

  private final SecretKey key;
  private final Clock clock;
  private final SecureRandom random;

  /// Authenticated with this key.
  public Challenges(SecretKey key, Clock clock, SecureRandom random) {
    this.key = key;
    this.clock = clock;
    this.random = random;
  }

  /// A challenge for one device.
  public byte[] make(DeviceAddress device) {
    return make(subject(device));
  }

  /// A challenge for one subject.
  byte[] make(byte[] subject) {
    byte[] nonce = new byte[RANDOM];
    random.nextBytes(nonce);
    byte[] head =
        ByteBuffer.allocate(HEAD)
            .put(VERSION)
            .putLong(clock.millis() + LIFE.toMillis())
            .put(nonce)
            .array();
    return ByteBuffer.allocate(HEAD + CODE).put(head).put(code(head, subject)).array();
  }

  /// Whether the challenge was made here for this device and is not too old.
  boolean isGood(byte[] challenge, DeviceAddress device) {
    return isGood(challenge, subject(device));
  }

  /// Whether the challenge was made here for this subject and is not too old.
  boolean isGood(byte[] challenge, byte[] subject) {
    if (challenge.length != HEAD + CODE) {
      return false;
    }
    ByteBuffer buffer = ByteBuffer.wrap(challenge);
    byte[] head = new byte[HEAD];
    byte[] code = new byte[CODE];
    buffer.get(head).get(code);
    boolean ours = MessageDigest.isEqual(code, code(head, subject));
    long left = ByteBuffer.wrap(head).getLong(1) - clock.millis();
    return ours && head[0] == VERSION && left > 0 && left <= LIFE.toMillis();
  }

  private static byte[] subject(DeviceAddress device) {
    return ByteBuffer.allocate(AccountId.LENGTH + 1)
        .put(device.account().bytes())
        .put((byte) device.device().number())
        .array();
  }

  private byte[] code(byte[] head, byte[] subject) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      mac.update(head);
      mac.update(subject);
      return mac.doFinal();
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("this Java has no HMAC-SHA-256", e);
    }
  }
}
