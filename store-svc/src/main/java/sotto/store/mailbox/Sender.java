package sotto.store.mailbox;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;

/// Who sends: an authenticated device, or nobody known.
///
/// @param address empty when sealed
record Sender(Optional<DeviceAddress> address) {
  private static final int KEY_LENGTH = 16;
  private static final byte SEALED = 0;
  private static final byte IDENTIFIED = 1;

  /// An authenticated device.
  static Sender device(DeviceAddress address) {
    return new Sender(Optional.of(address));
  }

  /// Whether it is known to be this device.
  boolean isDevice(AccountId account, int device) {
    return address
        .filter(a -> a.account().equals(account) && a.device().number() == device)
        .isPresent();
  }

  /// The key of idempotency: the first 16 bytes of SHA-256 over (sender scope, envelope id). The
  /// scope is one byte 0 when sealed, else one byte 1, the account and the device's number.
  byte[] dedupe(ByteString envelopeId) {
    ByteBuffer scope = ByteBuffer.allocate(2 + AccountId.LENGTH + envelopeId.size());
    if (address.isPresent()) {
      scope.put(IDENTIFIED).put(address.get().account().bytes());
      scope.put((byte) address.get().device().number());
    } else {
      scope.put(SEALED);
    }
    scope.put(envelopeId.asReadOnlyByteBuffer());
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(scope.flip());
      return Arrays.copyOf(sha256.digest(), KEY_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /// What stands for the sending account in mailbox rows: 16 bytes of a keyed hash of it; empty
  /// when sealed.
  Optional<Bytes> tag(SecretKey key) {
    return address.map(a -> tag(key, a.account()));
  }

  private static Bytes tag(SecretKey key, AccountId account) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(key);
      return Bytes.of(Arrays.copyOf(mac.doFinal(account.bytes()), KEY_LENGTH));
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("this Java has no HMAC-SHA-256", e);
    }
  }
}
