package sotto.blob;

import java.io.IOException;

/// An upload in parts is not this connection's any more: another process has taken it over, or it
/// is gone. What is committed says the store.
public final class StoreTakenException extends IOException {
  private static final long serialVersionUID = 1;

  /// Nothing more to say.
  public StoreTakenException() {
    super("another process goes on with the upload");
  }
}
