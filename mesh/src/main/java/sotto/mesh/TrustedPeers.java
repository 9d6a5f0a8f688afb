package sotto.mesh;

import io.grpc.util.AdvancedTlsX509TrustManager;
import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Set;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Accepts the certificates of the mesh's own authority that name one of the roles wanted, and says
/// of any other what is wrong. The address that was dialled plays no part: pods move, and the role
/// is who they are.
final class TrustedPeers extends X509ExtendedTrustManager {
  private static final String NO_ENGINE = "a peer is only checked in a handshake";

  private final AdvancedTlsX509TrustManager authority;
  private final Set<Role> wanted;
  private final Clock clock;

  TrustedPeers(AdvancedTlsX509TrustManager authority, Set<Role> wanted, Clock clock) {
    this.authority = authority;
    this.wanted = wanted;
    this.clock = clock;
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, () -> authority.checkClientTrusted(chain, type, engine));
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
      throws CertificateException {
    check(chain, () -> authority.checkServerTrusted(chain, type, engine));
  }

  private interface Check {
    void run() throws CertificateException;
  }

  private void check(X509Certificate[] chain, Check check) throws CertificateException {
    var leaf = chain[0];
    try {
      check.run();
    } catch (CertificateException e) {
      var refused = new UntrustedPeer(leaf, trouble(leaf));
      refused.initCause(e);
      throw refused;
    }
    var name = MeshName.of(leaf);
    if (name.isEmpty()) {
      throw new UntrustedPeer(leaf, "its certificate names no role of the mesh");
    }
    if (!wanted.contains(name.get().role())) {
      throw new UntrustedPeer(leaf, "it is a " + name.get().role() + ", not a " + oneOf(wanted));
    }
  }

  private String trouble(X509Certificate leaf) {
    var now = clock.instant();
    if (now.isAfter(leaf.getNotAfter().toInstant())) {
      return "its certificate ended at " + leaf.getNotAfter().toInstant();
    }
    if (now.isBefore(leaf.getNotBefore().toInstant())) {
      return "its certificate begins at " + leaf.getNotBefore().toInstant();
    }
    return "its certificate is not from the mesh's authority, or not for this use";
  }

  private static String oneOf(Set<Role> roles) {
    return String.join(" or ", roles.stream().map(Role::toString).toList());
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    // Told to clients so that they choose a certificate; ours have one.
    return new X509Certificate[0];
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException(NO_ENGINE);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
    throw new CertificateException(NO_ENGINE);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException(NO_ENGINE);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
      throws CertificateException {
    throw new CertificateException(NO_ENGINE);
  }
}
