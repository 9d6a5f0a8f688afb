package sotto.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `whoami`: the account of the home, without a network.
@Command(
    name = "whoami",
    description = "Show the account of this home. Needs no network.",
    footer = {"", "Example:", "  sotto whoami --json"})
final class WhoamiCommand implements Callable<Integer> {
  @Option(
      names = "--recovery-code",
      description = "Show the recovery code again, as long as it is not marked as kept.")
  private boolean recoveryCode;

  @Option(
      names = "--recovery-code-kept",
      description = "Forget the recovery code here: you have it in a safe place.")
  private boolean kept;

  private final Session session;

  WhoamiCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOffline()) {
      if (kept) {
        home.sotto().recoveryCodeKept();
      }
      AccountLines.print(session, home, "whoami", recoveryCode && !kept);
      return Exit.OK.code();
    }
  }
}
