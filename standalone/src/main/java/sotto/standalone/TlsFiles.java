package sotto.standalone;

import java.nio.file.Path;
import java.util.Optional;
import sotto.mesh.Require;

/// The certificate that a relay shows to clients, in files; without them it makes its own.
///
/// @param certificate what clients are shown: the chain, the process's own first; read anew every
///   day; absent = one of an authority of its own, in `data`
/// @param key its private key, PKCS 8
/// @param ca the authority's certificate, for the ready line
record TlsFiles(Optional<Path> certificate, Optional<Path> key, Optional<Path> ca) {
  static final TlsFiles NONE = new TlsFiles(Optional.empty(), Optional.empty(), Optional.empty());

  TlsFiles {
    Require.that(
        certificate.isPresent() == key.isPresent(),
        "key",
        key.map(Path::toString).orElse("absent"),
        "given with certificate, or neither");
    Require.that(
        ca.isEmpty() || certificate.isPresent(),
        "ca",
        ca.map(Path::toString).orElse("absent"),
        "absent where certificate is");
  }
}
