package sotto.standalone;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/// The version of the jar, as its manifest says.
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"sotto " + text()};
  }

  static String text() {
    var version = Version.class.getPackage().getImplementationVersion();
    return Objects.requireNonNullElse(version, "(not packaged)");
  }
}
