package sotto.standalone;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/// The version of the jar, as its manifest says.
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    var version = Version.class.getPackage().getImplementationVersion();
    return new String[] {"sotto " + Objects.requireNonNullElse(version, "(not packaged)")};
  }
}
