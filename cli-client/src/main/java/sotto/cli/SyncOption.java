package sotto.cli;

import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;
import sotto.client.SottoException;

/// `--sync` of the commands that show what is stored.
final class SyncOption {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @Option(
      names = "--sync",
      description = "Connect first: send what is queued, fetch what waits. Default: no network.")
  private boolean sync;

  /// Opens the home; with `--sync`, when it has caught up.
  OpenHome open(Session session) {
    if (!sync) {
      return session.openOffline();
    }
    OpenHome home = session.openOnline();
    try {
      Optional<SottoException> problem = Session.firstAttempt(home.sotto(), Session.FIRST_ATTEMPT);
      if (problem.isPresent()) {
        throw problem.get();
      }
      home.sotto().awaitMailboxEmpty(PATIENCE);
      Session.flush(home.sotto(), Session.FLUSH);
      return home;
    } catch (RuntimeException e) {
      home.close();
      throw e;
    }
  }
}
