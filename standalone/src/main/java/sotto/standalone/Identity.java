package sotto.standalone;

import java.nio.file.Path;
import java.util.Map;
import sotto.mesh.ConfigException;

/// The option `--identity`: a certificate as `sotto mesh-ca` makes it, beside which its key and the
/// authority's certificate lie.
public final class Identity {
  private static final String END = ".pem";

  private Identity() {}

  /// Adds the three files to the settings of the command line.
  ///
  /// @param file NAME.pem
  /// @throws ConfigException if it has another form
  public static void addTo(Map<String, String> flags, Path file) {
    var name = String.valueOf(file.getFileName());
    if (!name.endsWith(END)) {
      throw new ConfigException("--identity is a file NAME.pem, and this is " + file);
    }
    var plain = name.substring(0, name.length() - END.length());
    flags.put("mesh.certificate", file.toString());
    flags.put("mesh.key", file.resolveSibling(plain + "-key.pem").toString());
    flags.put("mesh.ca", file.resolveSibling("ca.pem").toString());
  }
}
