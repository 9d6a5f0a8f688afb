package sotto.cli;

import sotto.client.SottoException;

/// The end of a command that could not do what was asked: the exit code, a stable word, and one
/// sentence that says what to do next.
final class CommandFailed extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Exit exit;
  private final String code;
  private final boolean retryable;

  /// @param retryable whether the same command could succeed later without anything being changed
  CommandFailed(Exit exit, String code, String sentence, boolean retryable) {
    super(sentence);
    this.exit = exit;
    this.code = code;
    this.retryable = retryable;
  }

  static CommandFailed usage(String sentence) {
    return new CommandFailed(Exit.USAGE, "usage", sentence, false);
  }

  static CommandFailed passphrase(String sentence) {
    return new CommandFailed(Exit.PASSPHRASE, "passphrase", sentence, false);
  }

  /// The same failure with what to do about it.
  static CommandFailed of(SottoException e, String advice) {
    CommandFailed failed =
        new CommandFailed(
            Exit.of(e.code()), e.code().word(), Sentences.join(e, advice), e.retryable());
    failed.initCause(e);
    return failed;
  }

  Exit exit() {
    return exit;
  }

  String code() {
    return code;
  }

  boolean retryable() {
    return retryable;
  }
}
