package sotto.mesh;

import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/// The names of a certificate: DNS names and IP addresses (RFC 5280, 4.2.1.6), each once.
final class CertificateNames {
  // Letters, digits and hyphens, labels of at most 63 (RFC 1123).
  private static final Pattern DNS =
      Pattern.compile(
          "(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*");
  private static final List<String> LOCAL = List.of("localhost", "127.0.0.1", "::1");
  private static final List<String> ANY = List.of("0.0.0.0", "::", "*");

  private CertificateNames() {}

  /// The names given, after those of the machine itself. Addresses that mean *all* are left out.
  ///
  /// @throws IllegalArgumentException naming one that is neither a DNS name nor an address
  static GeneralNames of(Collection<String> names) {
    return new GeneralNames(general(names).toArray(GeneralName[]::new));
  }

  /// [#of(Collection)], after them a URI.
  static GeneralNames of(Collection<String> names, String uri) {
    var general = general(names);
    general.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
    return new GeneralNames(general.toArray(GeneralName[]::new));
  }

  private static List<GeneralName> general(Collection<String> names) {
    var all = new LinkedHashSet<>(LOCAL);
    names.stream().map(n -> n.toLowerCase(Locale.ROOT)).forEach(all::add);
    ANY.forEach(all::remove);
    var general = new ArrayList<GeneralName>();
    for (var name : all) {
      general.add(general(name));
    }
    return general;
  }

  private static GeneralName general(String name) {
    if (NetUtil.isValidIpV4Address(name)
        || (NetUtil.isValidIpV6Address(name) && name.indexOf('%') < 0)) {
      return new GeneralName(GeneralName.iPAddress, name);
    }
    Require.that(DNS.matcher(name).matches(), "name", name, "a DNS name (ASCII) or an IP address");
    return new GeneralName(GeneralName.dNSName, name);
  }
}
