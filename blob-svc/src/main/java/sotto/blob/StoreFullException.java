package sotto.blob;

import java.io.IOException;

/// A store has no room for what is written. It may have some later.
public final class StoreFullException extends IOException {
  private static final long serialVersionUID = 1;

  /// @param cause what the disk or the object store said
  public StoreFullException(Throwable cause) {
    super("the blob store is full", cause);
  }
}
