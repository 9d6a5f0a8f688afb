package sotto.mesh;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/// What a TLS server shows and proves: a certificate and its private key.
///
/// @param key the private key
/// @param chain the server's certificate first; without the root
public record ServerIdentity(PrivateKey key, List<X509Certificate> chain) {
  /// Copies the chain.
  public ServerIdentity {
    chain = List.copyOf(chain);
    Require.that(!chain.isEmpty(), "chain", "empty", "at least the server's certificate");
  }

  /// The certificate's subject; never the key.
  @Override
  public String toString() {
    return "ServerIdentity[" + chain.getFirst().getSubjectX500Principal() + "]";
  }
}
