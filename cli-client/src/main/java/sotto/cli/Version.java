package sotto.cli;

import java.util.Optional;

/// Which Sotto this is.
final class Version {
  private Version() {}

  static String text() {
    return "sotto "
        + Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
            .orElse("(from sources)");
  }
}
