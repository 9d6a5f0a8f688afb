package sotto.client.internal.net;

import java.io.IOException;

/// The direct way to a store of objects does not work: it is not one to be taken, or is answered
/// wrongly. The way through the server may.
public final class DirectRefused extends IOException {
  private static final long serialVersionUID = 1;

  /// A refusal with its reason.
  public DirectRefused(String why) {
    super(why);
  }

  DirectRefused(String why, Throwable cause) {
    super(why, cause);
  }
}
