package sotto.cli;

import java.time.Duration;
import java.util.Optional;
import sotto.client.Sotto;
import sotto.client.SottoException;

/// Whether the mailbox has been emptied into the store, found out beside the printing.
final class MailboxWatch {
  private sealed interface State {
    record Waiting() implements State {}

    record Empty() implements State {}

    record Unheard(SottoException problem) implements State {}
  }

  private volatile State state = new State.Waiting();

  private MailboxWatch() {}

  /// Begins to watch, on a virtual thread that ends with the home.
  static MailboxWatch start(Sotto sotto, Duration patience) {
    MailboxWatch watch = new MailboxWatch();
    Thread.ofVirtual().name("mailbox-watch").start(() -> watch.state = outcome(sotto, patience));
    return watch;
  }

  private static State outcome(Sotto sotto, Duration patience) {
    try {
      sotto.awaitOnline(patience);
      // A long mailbox may take as long as it needs: each message of it is printed as it comes.
      sotto.awaitMailboxEmpty(Duration.ofDays(1));
      return new State.Empty();
    } catch (SottoException e) {
      return new State.Unheard(e);
    }
  }

  /// Whether there is nothing more to wait for.
  boolean ended() {
    return !(state instanceof State.Waiting);
  }

  /// Whether waiting longer cannot help.
  boolean hopeless() {
    return state instanceof State.Unheard(SottoException problem)
        && !problem.retryable()
        && problem.code() != SottoException.Code.CLOSED;
  }

  /// Why the server was not heard.
  Optional<SottoException> problem() {
    return state instanceof State.Unheard(SottoException problem)
            && problem.code() != SottoException.Code.CLOSED
        ? Optional.of(problem)
        : Optional.empty();
  }
}
