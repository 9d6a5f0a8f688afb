package sotto.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// `account`: the account as a whole.
@Command(
    name = "account",
    description = "Delete your account. What it is: sotto whoami",
    footer = {"", "Example:", "  sotto account delete"})
final class AccountCommand implements Callable<Integer> {
  private AccountCommand() {}

  /// The command with those below it.
  static CommandLine of(Session session) {
    return new CommandLine(new AccountCommand())
        .addSubcommand("delete", new AccountDeleteCommand(session));
  }

  @Override
  public Integer call() {
    throw CommandFailed.usage("What about the account? 'sotto account delete' deletes it.");
  }
}
