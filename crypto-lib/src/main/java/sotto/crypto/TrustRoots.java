package sotto.crypto;

import java.util.ArrayList;
import java.util.List;
import org.signal.libsignal.metadata.certificate.CertificateValidator;
import org.signal.libsignal.metadata.certificate.InvalidCertificateException;
import org.signal.libsignal.protocol.InvalidKeyException;
import org.signal.libsignal.protocol.ecc.ECPublicKey;
import sotto.chain.Bytes;

/// The public keys under which a server certifies who sends: a device pins those that it was told
/// first, and believes no others.
///
/// @param keys 33 bytes each
public record TrustRoots(List<Bytes> keys) {
  /// Copies the list.
  ///
  /// @throws IllegalArgumentException if one is no public key, or there is none
  public TrustRoots {
    keys = List.copyOf(keys);
    if (keys.isEmpty() || parsed(keys).size() != keys.size()) {
      throw new IllegalArgumentException("no trust roots");
    }
  }

  private static List<ECPublicKey> parsed(List<Bytes> keys) {
    List<ECPublicKey> parsed = new ArrayList<>();
    for (Bytes key : keys) {
      try {
        parsed.add(new ECPublicKey(key.toArray()));
      } catch (InvalidKeyException | RuntimeException | AssertionError e) {
        throw new IllegalArgumentException("a trust root is no public key", e);
      }
    }
    return parsed;
  }

  boolean vouchFor(
      org.signal.libsignal.metadata.certificate.SenderCertificate certificate, long atMillis) {
    try {
      new CertificateValidator(parsed(keys)).validate(certificate, atMillis);
      return true;
    } catch (InvalidCertificateException | RuntimeException | AssertionError e) {
      return false;
    }
  }
}
