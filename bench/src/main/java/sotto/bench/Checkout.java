package sotto.bench;

import java.nio.file.Path;

/// The checkout whose servers are measured. The launcher names it.
final class Checkout {
  private Checkout() {}

  /// Its folder.
  static Path root() {
    String root = System.getProperty("sotto.root");
    if (root == null) {
      throw new IllegalStateException("started without -Dsotto.root: use ./sotto-bench");
    }
    return Path.of(root);
  }

  /// The launcher of its servers.
  static String server() {
    return root().resolve("standalone/target/app/bin/sotto-server").toString();
  }

  /// What starts databases and meshes.
  static String stack() {
    return root().resolve("stack/sotto-stack").toString();
  }
}
