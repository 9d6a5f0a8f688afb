package sotto.crypto;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.UUID;
import org.signal.libsignal.metadata.certificate.InvalidCertificateException;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

/// A server's word, for a while, that a device has an identity key. What the account's chain says
/// is what counts: a certificate that says otherwise is the server's lie.
///
/// @param device the device
/// @param identityKey its identity key, 33 bytes
/// @param expiresAtMillis until when it may be shown, milliseconds since 1970
/// @param bytes the certificate as it is shown
public record SenderCertificate(
    DeviceAddress device, Bytes identityKey, long expiresAtMillis, Bytes bytes) {
  private static final int LARGEST = 4096;

  /// Reads a certificate that the trust roots vouch for at a time; empty for anything else.
  public static Optional<SenderCertificate> read(byte[] bytes, TrustRoots roots, long atMillis) {
    if (bytes.length > LARGEST) {
      return Optional.empty();
    }
    try {
      return read(
          new org.signal.libsignal.metadata.certificate.SenderCertificate(bytes), roots, atMillis);
    } catch (InvalidCertificateException | RuntimeException | AssertionError e) {
      return Optional.empty();
    }
  }

  static Optional<SenderCertificate> read(
      org.signal.libsignal.metadata.certificate.SenderCertificate certificate,
      TrustRoots roots,
      long atMillis) {
    if (!roots.vouchFor(certificate, atMillis)) {
      return Optional.empty();
    }
    return device(certificate)
        .map(device ->
            new SenderCertificate(
                device,
                Bytes.of(certificate.getKey().serialize()),
                certificate.getExpiration(),
                Bytes.of(certificate.getSerialized())));
  }

  /// The account stands in it as the UUID with its 16 bytes.
  private static Optional<DeviceAddress> device(
      org.signal.libsignal.metadata.certificate.SenderCertificate certificate) {
    UUID uuid = UUID.fromString(certificate.getSenderUuid());
    int device = certificate.getSenderDeviceId();
    if (!uuid.toString().equals(certificate.getSenderUuid()) || !DeviceId.valid(device)) {
      return Optional.empty();
    }
    byte[] account =
        ByteBuffer.allocate(AccountId.LENGTH)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits())
            .array();
    return Optional.of(new DeviceAddress(new AccountId(account), new DeviceId(device)));
  }

  @Override
  public String toString() {
    return "SenderCertificate[" + bytes.length() + " bytes]";
  }
}
