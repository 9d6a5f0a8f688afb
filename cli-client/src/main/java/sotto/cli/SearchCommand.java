package sotto.cli;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.cli.print.MessageJson;
import sotto.cli.print.MessageLines;
import sotto.client.Contact;
import sotto.client.MessageView;
import sotto.client.SearchQuery;
import sotto.client.Username;

/// `search`: messages of all conversations.
@Command(
    name = "search",
    description = {
      "Find messages in all conversations, the newest first.",
      "WORDS are beginnings of words, in any order. Words in quotation marks, which an argument with"
          + " spaces is too, follow each other. Case and accents do not count; in scripts without"
          + " spaces between words any part is found. Names of files count as text.",
      "Searches what is stored here, without a network; --sync also fetches from the archive."
    },
    footer = {
      "",
      "Examples:",
      "  sotto search lake photo",
      "  sotto search \"see you at\" --from bob",
      "  sotto search --has file --in bob --after 2026-11-01",
      "  sotto search 会議 --limit 10 --json"
    })
final class SearchCommand implements Callable<Integer> {
  @Parameters(
      index = "0..*",
      arity = "0..*",
      paramLabel = "WORDS",
      description = "What to look for; may be left out when an option says it.")
  private List<String> words = List.of();

  @Option(
      names = "--from",
      paramLabel = "USER",
      converter = UsernameConverter.class,
      description = "Only what this user wrote; your own name for your own messages.")
  private Optional<Username> from = Optional.empty();

  @Option(
      names = "--in",
      paramLabel = "USER",
      converter = UsernameConverter.class,
      description = "Only the conversation with this user.")
  private Optional<Username> in = Optional.empty();

  @Option(names = "--has", paramLabel = "file", description = "Only messages with files.")
  private Optional<String> has = Optional.empty();

  @Option(
      names = "--before",
      paramLabel = "DATE",
      description = "Only before this day or time: 2026-11-27, 2026-11-27T18:30.")
  private Optional<String> before = Optional.empty();

  @Option(names = "--after", paramLabel = "DATE", description = "Only from this day or time on.")
  private Optional<String> after = Optional.empty();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "At most N messages, 1 to 10,000. Default: ${DEFAULT-VALUE}.")
  private int limit;

  @Mixin private final SyncOption sync = new SyncOption();

  private final Session session;

  SearchCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    SearchQuery query = query();
    try (OpenHome home = sync.open(session)) {
      List<MessageView> found;
      try (HistoryBar bar = new HistoryBar(session, "index")) {
        found = home.sotto().search(query, p -> bar.show(p.done(), p.total()));
      }
      found.forEach(this::print);
      if (found.isEmpty() && !session.json()) {
        session.notice("empty", "Nothing found.");
      }
      return Exit.OK.code();
    }
  }

  private SearchQuery query() {
    if (has.filter(what -> !what.equals("file")).isPresent()) {
      throw CommandFailed.usage("--has takes the word file.");
    }
    SearchQuery query =
        new SearchQuery(
            words.stream().map(SearchCommand::phrase).collect(Collectors.joining(" ")),
            from,
            in,
            has.isPresent(),
            after.map(text -> Dates.read("--after", text, session.host().zone().get())),
            before.map(text -> Dates.read("--before", text, session.host().zone().get())),
            limit);
    query.check();
    return query;
  }

  /// The shell has taken the quotation marks of a phrase away.
  private static String phrase(String argument) {
    boolean spaces = argument.strip().chars().anyMatch(Character::isWhitespace);
    boolean quoted = argument.chars().anyMatch(c -> "\"“”„".indexOf(c) >= 0);
    return spaces && !quoted ? "\"" + argument + "\"" : argument;
  }

  private void print(MessageView message) {
    if (session.json()) {
      session.out().json(MessageJson.line(message, Map.of()));
      return;
    }
    Contact peer = message.incoming() ? message.from() : message.to();
    session.out().line(MessageLines.name(peer) + " | " + session.lines().full(message, Map.of()));
  }
}
