package sotto.blob;

import java.io.IOException;

/// A store cannot be reached now. What was asked may have happened.
public final class StoreAwayException extends IOException {
  private static final long serialVersionUID = 1;

  /// @param message what was tried
  /// @param cause what went wrong
  public StoreAwayException(String message, Throwable cause) {
    super(message, cause);
  }
}
