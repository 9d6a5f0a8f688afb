package sotto.mesh;

import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/// A certificate that was not accepted: whose it claims to be and what is wrong with it.
final class UntrustedPeer extends CertificateException {
  private static final long serialVersionUID = 1;
  private static final int LONGEST = 200;

  private final String peer;
  private final String why;

  UntrustedPeer(X509Certificate certificate, String why) {
    super(why);
    this.peer = claimed(certificate);
    this.why = why;
  }

  String peer() {
    return peer;
  }

  String why() {
    return why;
  }

  /// Whose it claims to be: nobody has vouched for that, so it is cut and cleaned.
  private static String claimed(X509Certificate certificate) {
    var text =
        MeshName.of(certificate)
            .map(MeshName::toString)
            .orElseGet(() -> certificate.getSubjectX500Principal().getName());
    var clean = text.replaceAll("[^ -~]", "?");
    return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "…";
  }
}
