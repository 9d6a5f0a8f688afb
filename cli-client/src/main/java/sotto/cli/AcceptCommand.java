package sotto.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageJson;
import sotto.cli.print.MessageLines;
import sotto.client.Contact;
import sotto.client.Conversation;

/// `accept`: a stranger becomes a contact.
@Command(
    name = "accept",
    description = {
      "Accept someone who wrote to you.",
      "From now on they see when you have read and whether you are online. Writing to someone accepts"
          + " them as well."
    },
    footer = {"", "Examples:", "  sotto conversations --requests", "  sotto accept bob"})
final class AcceptCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "USER", description = "Whom.")
  private String user = "";

  private final Session session;

  AcceptCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOffline()) {
      Conversation conversation = Peers.conversation(home.sotto(), user);
      conversation.accept();
      print(session, "accepted", conversation.peer(), "is accepted");
      return Exit.OK.code();
    }
  }

  /// Says what has become of a contact.
  ///
  /// @param type the type of the JSON object
  static void print(Session session, String type, Contact peer, String words) {
    if (session.json()) {
      session.out().json(MessageJson.contact(new JsonLine(type), peer));
    } else {
      session.out().line(MessageLines.name(peer) + " " + words);
    }
  }
}
