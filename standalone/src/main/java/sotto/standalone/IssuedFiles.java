package sotto.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;
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

  /// Writes NAME.pem and NAME-key.pem of each name and, into another folder, ca.pem.
  ///
  /// @param issue makes one
  /// @return the certificates' files, one a line
  String write(
      List<String> names,
      Function<String, ServerIdentity> issue,
      Path dir,
      CertificateAuthority authority)
      throws IOException {
    for (var name : names) {
      if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,62}") || name.matches("ca(-key)?")) {
        throw new IllegalArgumentException(
            "NAME is "
                + name
                + "; it must be 1 to 63 letters, digits, dots and hyphens, and not ca");
      }
    }
    var folder = Files.createDirectories(out == null ? dir : out);
    if (!Files.isSameFile(folder, dir)) {
      Files.write(folder.resolve("ca.pem"), Files.readAllBytes(authority.file()));
    }
    var files = new StringJoiner("\n");
    for (var name : names) {
      var certificate = folder.resolve(name + ".pem");
      issue.apply(name).write(certificate, folder.resolve(name + "-key.pem"));
      files.add(certificate.toString());
    }
    return files.toString();
  }
}
