package sotto.e2e.sim;

/// A guarantee does not hold. An error, so that no code on the way takes it for a failure of its
/// own.
final class Violation extends Error {
  private static final long serialVersionUID = 1;

  /// @param guarantee its letter and number, as in docs/ARCHITECTURE.md
  Violation(String guarantee, String what) {
    super(guarantee + ": " + what);
  }
}
