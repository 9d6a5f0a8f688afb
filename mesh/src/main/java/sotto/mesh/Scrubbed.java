package sotto.mesh;

import org.jspecify.annotations.Nullable;

/// The classes and stack traces of an exception and its causes without their messages, which may
/// hold content.
public final class Scrubbed extends RuntimeException {
  private static final int DEEPEST = 8;

  /// Takes classes and places over.
  ///
  /// @param thrown what is to be logged
  public Scrubbed(Throwable thrown) {
    this(thrown, DEEPEST);
  }

  private Scrubbed(Throwable thrown, int deepest) {
    super(thrown.getClass().getName(), causeOf(thrown, deepest), false, true);
    setStackTrace(thrown.getStackTrace());
  }

  private static @Nullable Scrubbed causeOf(Throwable thrown, int deepest) {
    var cause = thrown.getCause();
    return cause == null || deepest == 0 ? null : new Scrubbed(cause, deepest - 1);
  }
}
