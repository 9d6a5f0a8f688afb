package sotto.client.internal.files;

import java.io.IOException;

/// A file is not what its first bytes say.
final class Malformed extends IOException {
  private static final long serialVersionUID = 1;

  Malformed(String what) {
    super(what);
  }
}
