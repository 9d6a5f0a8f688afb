package sotto.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.cli.print.JsonLine;
import sotto.cli.print.TerminalText;
import sotto.client.AccountDeletion;
import sotto.client.Connection;

/// `account delete`: the end of the account.
@Command(
    name = "delete",
    description = {
      "Delete your account for good, at the server and in this home.",
      "Its mailboxes, keys, archive and backup go, and nobody gets the username again. Your other"
          + " devices are cut off and keep what they have; what you sent to others is theirs. On a"
          + " terminal you type the username first. Files in the home's folder 'files' stay."
    },
    footer = {"", "Example:", "  sotto account delete"})
final class AccountDeleteCommand implements Callable<Integer> {
  @Option(names = "--yes", description = "Do not ask. Needed where nobody can be asked.")
  private boolean yes;

  private final Session session;

  AccountDeleteCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    boolean asked = session.host().terminal() && !session.json();
    if (!yes && !asked) {
      throw CommandFailed.usage("Nothing was deleted. If you are sure, say --yes.");
    }
    Path home = session.existingHome();
    try (OpenHome open = session.openOnline()) {
      String name = open.account().username().value();
      if (!yes
          && !Question.typed(
              session, "To delete the account for good, type its username: ", name)) {
        throw new CommandFailed(Exit.FAILED, "declined", "Nothing was deleted.", false);
      }
      if (open.sotto().connection().state() != Connection.State.ACCOUNT_DELETED) {
        var _ = Session.firstAttempt(open.sotto(), DevicesCommand.CONNECT);
      }
      return switch (open.sotto().deleteAccount()) {
        case AccountDeletion.Deleted _ -> deleted(name, home);
        case AccountDeletion.HomeLeft(var _, var problem) ->
            throw CommandFailed.of(
                problem, "The account is deleted, but not all of this home: remove the folder.");
        case AccountDeletion.Unconfirmed(var problem) ->
            throw CommandFailed.of(
                problem, "Whether the account is deleted is not known; run the command again.");
      };
    }
  }

  private int deleted(String name, Path home) {
    boolean left = Files.exists(home);
    if (session.json()) {
      session.out().json(new JsonLine("account_deleted").put("username", name).put("files", left));
    } else {
      session.out().line("The account " + TerminalText.name(name) + " is deleted.");
      if (left) {
        session.out().line("Files that were saved in the home stay there.");
      }
    }
    return Exit.OK.code();
  }
}
