package sotto.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Supplier;
import sotto.mesh.CertificateAuthority;
import sotto.mesh.Drain;
import sotto.mesh.ServerIdentity;

/// What a relay shows to clients.
///
/// @param identity gives the certificate, anew each time
/// @param ca the authority's certificate, where it is known
record RelayCertificate(Supplier<ServerIdentity> identity, Optional<Path> ca) {
  /// From the files that are configured, or of an authority in the data folder.
  ///
  /// @param drain gets the folder
  static RelayCertificate open(
      RelayProcessConfig config, Drain drain, Clock clock, SecureRandom random) throws IOException {
    var tls = config.tls();
    if (tls.certificate().isPresent() && tls.key().isPresent()) {
      var certificate = tls.certificate().get();
      var key = tls.key().get();
      // Once now, so that what is wrong with them is said.
      var _ = ServerIdentity.read(certificate, key);
      return new RelayCertificate(() -> read(certificate, key), tls.ca());
    }
    var folder = drain.add("folder", DataFolder.take(config.data()));
    var authority = CertificateAuthority.openOrCreate(folder.path(), clock, random);
    var names = ServerNames.all(config.listen().host(), config.names());
    return new RelayCertificate(() -> authority.issueServer(names), Optional.of(authority.file()));
  }

  private static ServerIdentity read(Path certificate, Path key) {
    try {
      return ServerIdentity.read(certificate, key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
