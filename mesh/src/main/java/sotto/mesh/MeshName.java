package sotto.mesh;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Who a process of the mesh is, as its certificate says in a URI (after SPIFFE ID, 2):
/// `spiffe://sotto/ROLE/POD`.
///
/// @param role what it may do
/// @param pod which of its role; for people, nothing depends on it. 1 to 63 lower case letters,
///   digits, dots and hyphens
public record MeshName(Role role, String pod) {
  private static final Pattern POD = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?");
  private static final Pattern URI = Pattern.compile("spiffe://sotto/([a-z]+)/([^/]+)");
  private static final Integer URI_NAME = 6;

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming what is wrong
  public MeshName {
    Require.that(
        POD.matcher(pod).matches(),
        "name",
        pod,
        "1 to 63 lower case letters, digits, dots and hyphens");
  }

  /// The name in a certificate that has been verified.
  ///
  /// @return empty unless the certificate has exactly one URI and that is such a name
  static Optional<MeshName> of(X509Certificate certificate) {
    var uris = uris(certificate);
    return uris.size() == 1 ? read(uris.getFirst()) : Optional.empty();
  }

  private static Optional<MeshName> read(String uri) {
    var matcher = URI.matcher(uri);
    if (!matcher.matches() || !POD.matcher(matcher.group(2)).matches()) {
      return Optional.empty();
    }
    return Role.of(matcher.group(1)).map(role -> new MeshName(role, matcher.group(2)));
  }

  private static List<String> uris(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(n -> URI_NAME.equals(n.get(0)))
              .map(n -> String.valueOf(n.get(1)))
              .toList();
    } catch (CertificateParsingException e) {
      return List.of();
    }
  }

  /// The URI.
  @Override
  public String toString() {
    return "spiffe://sotto/" + role + "/" + pod;
  }
}
