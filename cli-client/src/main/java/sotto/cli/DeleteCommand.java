package sotto.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageLines;
import sotto.client.Conversation;

/// `delete`: the messages of a conversation, here.
@Command(
    name = "delete",
    description = {
      "Delete all messages with a user in this home, and those of them in the archive.",
      "The user keeps theirs, and stays accepted or blocked."
    },
    footer = {
      "",
      "The archive's blobs go with the next command that connects.",
      "",
      "Example:",
      "  sotto delete --yes mallory"
    })
final class DeleteCommand implements Callable<Integer> {
  @Option(names = "--yes", description = "You are sure: nothing brings them back.")
  private boolean sure;

  @Parameters(index = "0", paramLabel = "USER", description = "Whose messages.")
  private String user = "";

  private final Session session;

  DeleteCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (!sure) {
      throw CommandFailed.usage("Nothing was deleted. If you are sure, say --yes.");
    }
    try (OpenHome home = session.openOffline()) {
      Conversation conversation = Peers.conversation(home.sotto(), user);
      int count = conversation.delete();
      String name = MessageLines.name(conversation.peer());
      if (session.json()) {
        session
            .out()
            .json(
                new JsonLine("deleted")
                    .put("user", conversation.peer().name())
                    .put("messages", count));
      } else {
        session
            .out()
            .line(count + (count == 1 ? " message" : " messages") + " with " + name + " deleted");
      }
      return Exit.OK.code();
    }
  }
}
