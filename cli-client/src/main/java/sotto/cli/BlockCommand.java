package sotto.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.client.Conversation;

/// `block`: nothing comes from a user and nothing goes there.
@Command(
    name = "block",
    description = {
      "Block a user, or end that.",
      "What they write is dropped without a receipt, and they do not see whether you are online; they"
          + " are not told. Nothing can be sent to them. The messages that you have stay."
    },
    footer = {
      "",
      "What was written to them and has not left fails. What they wrote while they were blocked does"
          + " not come back.",
      "",
      "Examples:",
      "  sotto block mallory",
      "  sotto block --off mallory"
    })
final class BlockCommand implements Callable<Integer> {
  @Option(names = "--off", description = "Block the user no longer.")
  private boolean off;

  @Parameters(index = "0", paramLabel = "USER", description = "Whom.")
  private String user = "";

  private final Session session;

  BlockCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOffline()) {
      Conversation conversation = Peers.conversation(home.sotto(), user);
      if (off) {
        conversation.unblock();
      } else {
        conversation.block();
      }
      AcceptCommand.print(
          session,
          off ? "unblocked" : "blocked",
          conversation.peer(),
          off ? "is no longer blocked" : "is blocked");
      return Exit.OK.code();
    }
  }
}
