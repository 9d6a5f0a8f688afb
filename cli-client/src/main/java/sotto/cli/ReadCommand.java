package sotto.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.cli.print.JsonLine;
import sotto.client.Conversation;
import sotto.client.Username;

/// `read`: marks a conversation as read.
@Command(
    name = "read",
    description = {
      "Mark all messages of a user as read, and tell them.",
      "Someone you have never written to is not told, unless you accept them."
    },
    footer = {"", "Examples:", "  sotto read bob", "  sotto read --accept bob"})
final class ReadCommand implements Callable<Integer> {
  @Option(
      names = "--accept",
      description = "Accept the user first: they see from now on when you have read.")
  private boolean accept;

  @Parameters(
      index = "0",
      paramLabel = "USER",
      converter = UsernameConverter.class,
      description = "Whose messages.")
  @SuppressWarnings("NullAway.Init") // picocli sets it or refuses the command line
  private Username user;

  private final Session session;

  ReadCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOnline()) {
      Session.firstAttempt(home.sotto());
      Conversation conversation = home.sotto().conversationWith(user);
      if (accept) {
        conversation.accept();
      }
      boolean accepted = conversation.peer().accepted();
      int count = conversation.markRead();
      boolean told = Session.flush(home.sotto(), Session.FLUSH);
      print(count, accepted, told);
      return Exit.OK.code();
    }
  }

  private void print(int count, boolean accepted, boolean told) {
    String receipt = !accepted || count == 0 ? "none" : told ? "sent" : "queued";
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("read")
                  .put("user", user.value())
                  .put("count", count)
                  .put("receipt", receipt));
      return;
    }
    session.out().line(count + (count == 1 ? " message" : " messages") + " of " + user + " read");
    if (count > 0 && !accepted) {
      session.notice(
          "not_told",
          user + " is not told, as you have never written to them: sotto read --accept " + user);
    } else if (receipt.equals("queued")) {
      session.notice("queued", "The receipt is queued, it goes with the next command.");
    }
  }
}
