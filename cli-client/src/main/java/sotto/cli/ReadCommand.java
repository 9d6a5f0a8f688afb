package sotto.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.cli.print.JsonLine;
import sotto.client.Conversation;

/// `read`: marks a conversation as read.
@Command(
    name = "read",
    description = {
      "Mark all messages of a user as read, and tell them.",
      "Telling them accepts them: from now on they see when you have read and whether you are"
          + " online."
    },
    footer = {"", "Examples:", "  sotto read bob", "  sotto read --silent bob"})
final class ReadCommand implements Callable<Integer> {
  @Option(
      names = "--silent",
      description =
          "Do not accept the user. Someone you have never written to and not accepted is told"
              + " nothing.")
  private boolean silent;

  @Parameters(
      index = "0",
      paramLabel = "USER",
      converter = AddresseeConverter.class,
      description = "Whose messages: a username, or '#' and the name or id of a group.")
  @SuppressWarnings("NullAway.Init") // picocli sets it or refuses the command line
  private Addressee user;

  private final Session session;

  ReadCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOnline()) {
      Session.firstAttempt(home.sotto(), Session.FIRST_ATTEMPT);
      Conversation conversation = user.conversation(home.sotto());
      if (!silent && !conversation.peer().blocked()) {
        conversation.accept();
      }
      boolean told = conversation.peer().accepted();
      int count = conversation.markRead();
      boolean gone = Session.flush(home.sotto(), Session.FLUSH);
      print(count, !told || count == 0 ? "none" : gone ? "sent" : "queued");
      return Exit.OK.code();
    }
  }

  private void print(int count, String receipt) {
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("read")
                  .put("user", user.text())
                  .put("count", count)
                  .put("receipt", receipt));
      return;
    }
    session.out().line(count + (count == 1 ? " message" : " messages") + " of " + user + " read");
    if (receipt.equals("queued")) {
      session.notice("queued", "The receipt is queued, it goes with the next command.");
    }
  }
}
