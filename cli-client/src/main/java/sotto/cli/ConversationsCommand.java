package sotto.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageJson;
import sotto.cli.print.MessageLines;
import sotto.cli.print.TerminalText;
import sotto.client.ConversationSummary;

/// `conversations`: with whom, how much is unread, the newest message.
@Command(
    name = "conversations",
    description = {
      "List your conversations, the newest first.",
      "Shows what is stored here, without a network."
    },
    footer = {"", "Examples:", "  sotto conversations", "  sotto conversations --requests --sync"})
final class ConversationsCommand implements Callable<Integer> {
  @Option(
      names = "--requests",
      description = "Only strangers who wrote to you, whom you have neither accepted nor blocked.")
  private boolean requests;

  @Mixin private final SyncOption sync = new SyncOption();

  private final Session session;

  ConversationsCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (OpenHome home = sync.open(session)) {
      List<ConversationSummary> all =
          home.sotto().conversations().stream()
              .filter(conversation -> !requests || conversation.request())
              .toList();
      all.forEach(this::print);
      if (all.isEmpty() && !session.json()) {
        session.notice(
            "empty",
            requests
                ? "No stranger has written to you."
                : "No conversation yet. Write to someone: sotto send USER TEXT");
      }
      return Exit.OK.code();
    }
  }

  private void print(ConversationSummary summary) {
    if (session.json()) {
      session
          .out()
          .json(
              MessageJson.contact(new JsonLine("conversation"), summary.peer())
                  .put("profile_name", summary.peer().profileName())
                  .put("request", summary.request())
                  .put("unread", summary.unread())
                  .object(
                      "last",
                      summary.last(),
                      (line, message) -> MessageJson.fields(line, message, Map.of())));
      return;
    }
    String verification =
        switch (summary.peer().verification()) {
          case UNVERIFIED -> "";
          case VERIFIED -> " (verified)";
          case CHANGED -> " (ACCOUNT CHANGED: sotto verify)";
        };
    String unread = summary.unread() > 0 ? ", " + summary.unread() + " unread" : "";
    session
        .out()
        .line(
            MessageLines.name(summary.peer())
                + summary
                    .peer()
                    .profileName()
                    .filter(_ -> summary.peer().group().isEmpty())
                    .map(name -> " “" + TerminalText.name(name) + "”")
                    .orElse("")
                + standing(summary)
                + verification
                + unread);
    summary
        .last()
        .ifPresent(
            last -> session.out().line("  " + firstLine(session.lines().full(last, Map.of()))));
  }

  private static String standing(ConversationSummary summary) {
    if (summary.peer().blocked()) {
      return " (blocked)";
    }
    return summary.request() ? " (request: sotto accept or block)" : "";
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end) + " …";
  }
}
