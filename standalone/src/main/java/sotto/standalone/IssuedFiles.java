package sotto.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import sotto.mesh.CertificateAuthority;
import sotto.mesh.ServerIdentity;

/// Where a certificate that was issued goes, as an option.
final class IssuedFiles {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "The folder of the files; made if it is not there. Default: the authority's.")
  private @Nullable Path out;

  /// Writes NAME.pem, NAME-key.pem and, into another folder, ca.pem.
  ///
  /// @return the certificate's file
  String write(ServerIdentity issued, String name, Path dir, CertificateAuthority authority)
      throws IOException {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}") || name.matches("ca(-key)?")) {
      throw new IllegalArgumentException(
          "NAME is " + name + "; it must be 1 to 63 letters, digits, dots and hyphens, and not ca");
    }
    var folder = Files.createDirectories(out == null ? dir : out);
    var certificate = folder.resolve(name + ".pem");
    issued.write(certificate, folder.resolve(name + "-key.pem"));
    if (!Files.isSameFile(folder, dir)) {
      Files.write(folder.resolve("ca.pem"), Files.readAllBytes(authority.file()));
    }
    return certificate.toString();
  }
}
