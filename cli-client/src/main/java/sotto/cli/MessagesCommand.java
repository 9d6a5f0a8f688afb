package sotto.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.cli.print.MessageJson;
import sotto.client.Connection;
import sotto.client.MessageView;

/// `messages`: the history with one user.
@Command(
    name = "messages",
    description = {
      "Show the messages with a user or in a group, oldest first.",
      "Shows what is stored here, without a network; marks nothing as read."
    },
    footer = {
      "",
      "Own messages carry their status: … queued, ✓ sent, ✓✓ delivered, ✓✓ read, ✗ failed.",
      "",
      "Examples:",
      "  sotto messages bob",
      "  sotto messages '#Climbers'",
      "  sotto messages bob --limit 100 --json",
      "  sotto messages bob --sync"
    })
final class MessagesCommand implements Callable<Integer> {
  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "The newest N, 1 to 10,000. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Mixin private final SyncOption sync = new SyncOption();

  @Parameters(
      index = "0",
      paramLabel = "USER",
      converter = AddresseeConverter.class,
      description = "Whose messages: a username, or '#' and the name or id of a group.")
  @SuppressWarnings("NullAway.Init") // picocli sets it or refuses the command line
  private Addressee user;

  private final Session session;

  MessagesCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (limit < 1 || limit > 10_000) {
      throw CommandFailed.usage("--limit takes 1 to 10,000.");
    }
    try (OpenHome home = sync.open(session)) {
      List<MessageView> messages = user.conversation(home.sotto()).messages(limit);
      for (MessageView message : messages) {
        if (session.json()) {
          session.out().json(MessageJson.line(message, Map.of()));
        } else {
          session.out().line(session.lines().full(message, Map.of()));
        }
      }
      if (messages.isEmpty() && !session.json()) {
        session.notice("empty", "No messages with " + user + " here.");
      }
      if (messages.size() < limit
          && home.sotto().connection().state() == Connection.State.OFFLINE
          && home.sotto().archive().summary().segments() > 0) {
        session.notice(
            "archived", "Older messages may be in the archive; --sync fetches them as well.");
      }
      return Exit.OK.code();
    }
  }
}
