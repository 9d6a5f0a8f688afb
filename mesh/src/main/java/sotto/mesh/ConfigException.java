package sotto.mesh;

/// A configuration that cannot be used. The message is a sentence for the operator: where it
/// stands, which field, what is wrong, what is allowed.
public final class ConfigException extends RuntimeException {
  /// Says what is wrong.
  ///
  /// @param message for the operator
  public ConfigException(String message) {
    super(message);
  }

  /// Says what is wrong and why.
  ///
  /// @param message for the operator
  /// @param cause what was found
  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
