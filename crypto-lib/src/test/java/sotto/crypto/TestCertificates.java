package sotto.crypto;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.signal.libsignal.metadata.certificate.ServerCertificate;
import org.signal.libsignal.protocol.InvalidKeyException;
import org.signal.libsignal.protocol.ecc.ECKeyPair;
import org.signal.libsignal.protocol.ecc.ECPublicKey;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;

/// A server that certifies senders, and lies when it is told to.
public final class TestCertificates {
  private final ECKeyPair root = ECKeyPair.generate();
  private final ECKeyPair signing = ECKeyPair.generate();
  private final ServerCertificate server =
      new ServerCertificate(root.getPrivateKey(), 20_000, signing.getPublicKey());

  /// Its trust root.
  public TrustRoots roots() {
    return new TrustRoots(List.of(Bytes.of(root.getPublicKey().serialize())));
  }

  /// A certificate.
  public byte[] issue(DeviceAddress device, byte[] identityKey, long expiresAtMillis) {
    ByteBuffer account = ByteBuffer.wrap(device.account().bytes());
    return issue(
        new UUID(account.getLong(), account.getLong()).toString(),
        device.device().number(),
        identityKey,
        expiresAtMillis);
  }

  /// A certificate for whatever is said to be an account.
  public byte[] issue(String uuid, int device, byte[] identityKey, long expiresAtMillis) {
    try {
      return server
          .issue(
              signing.getPrivateKey(),
              uuid,
              Optional.empty(),
              device,
              new ECPublicKey(identityKey),
              expiresAtMillis)
          .getSerialized();
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
