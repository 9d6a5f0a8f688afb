package sotto.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import sotto.mesh.CertificateAuthority;
import sotto.mesh.HostPort;
import sotto.mesh.ServerIdentity;

/// What the public port shows to clients.
///
/// @param identity gives the certificate, anew each time
/// @param ca the authority's certificate, where it is known
record PublicCertificate(Supplier<ServerIdentity> identity, Optional<Path> ca) {
  /// Where an authority of its own would be.
  interface Folder {
    DataFolder open() throws IOException;
  }

  /// From the files that are configured, or of an authority of its own.
  ///
  /// @param folder the authority's, asked for only then
  /// @param names what clients dial
  static PublicCertificate open(
      TlsFiles tls, Folder folder, List<String> names, Clock clock, SecureRandom random)
      throws IOException {
    if (tls.certificate().isPresent() && tls.key().isPresent()) {
      var certificate = tls.certificate().get();
      var key = tls.key().get();
      // Once now, so that what is wrong with them is said.
      var _ = ServerIdentity.read(certificate, key);
      return new PublicCertificate(() -> read(certificate, key), tls.ca());
    }
    var authority = CertificateAuthority.openOrCreate(folder.open().path(), clock, random);
    return new PublicCertificate(() -> authority.issueServer(names), Optional.of(authority.file()));
  }

  /// The line that says that clients can connect.
  String ready(HostPort address) {
    return "ready " + address + ca.map(file -> " ca=" + file.toAbsolutePath()).orElse("");
  }

  private static ServerIdentity read(Path certificate, Path key) {
    try {
      return ServerIdentity.read(certificate, key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
