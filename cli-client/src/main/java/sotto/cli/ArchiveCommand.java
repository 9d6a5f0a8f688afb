package sotto.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageLines;
import sotto.client.Archive;
import sotto.client.ArchiveOutcome;
import sotto.client.ArchiveSummary;
import sotto.client.Restored;
import sotto.client.SottoException;

/// `archive`: old messages from here to the server and back.
@Command(
    name = "archive",
    description = {
      "Move old messages from this home to the server, or back.",
      "They go encrypted under a key that only your account has, and are in their conversations as"
          + " before: commands that connect fetch what they show. The newest message of each"
          + " conversation stays, and so does what is unread, not delivered yet, or not printed by"
          + " 'receive' yet.",
      "Without an option, says what is in the archive."
    },
    footer = {
      "",
      "A message leaves this home only after the server has given back what it was to keep; whatever"
          + " breaks off goes on with the next call.",
      "With an age below 45 days, a message that a contact's device could not decrypt may be out of"
          + " reach when that device asks for it once more.",
      "",
      "Examples:",
      "  sotto archive --older-than 90d",
      "  sotto archive",
      "  sotto archive --restore"
    })
final class ArchiveCommand implements Callable<Integer> {
  /// There is nothing to do without the server; one that refuses is known at once.
  private static final Duration CONNECT = Duration.ofSeconds(20);

  @Option(
      names = "--older-than",
      paramLabel = "AGE",
      converter = AgeConverter.class,
      description = "Move messages older than this: 90d, 12h, 5m.")
  private Optional<Duration> age = Optional.empty();

  @Option(names = "--restore", description = "Bring everything back, and delete it at the server.")
  private boolean restore;

  private final Session session;

  ArchiveCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (restore && age.isPresent()) {
      throw CommandFailed.usage("--older-than and --restore are two commands.");
    }
    if (!restore && age.isEmpty()) {
      try (OpenHome home = session.openOffline()) {
        print(home.sotto().archive().summary());
        return Exit.OK.code();
      }
    }
    try (OpenHome home = session.openOnline()) {
      Optional<SottoException> problem = Session.firstAttempt(home.sotto(), CONNECT);
      if (problem.isPresent()) {
        throw problem.get();
      }
      Archive archive = home.sotto().archive();
      Exit exit = age.map(a -> move(archive, a)).orElseGet(() -> restore(archive));
      Session.flush(home.sotto(), Session.FLUSH);
      return exit.code();
    }
  }

  private Exit move(Archive archive, Duration olderThan) {
    ArchiveOutcome outcome;
    try (HistoryBar bar = new HistoryBar(session, "archive")) {
      outcome = archive.moveOlderThan(olderThan, p -> bar.show(p.messages(), p.total()));
    }
    print("archived", outcome.messages(), outcome.segments(), outcome.bytes());
    return switch (outcome) {
      case ArchiveOutcome.Moved _ -> Exit.OK;
      case ArchiveOutcome.NoRoom(var _, var _, var _, long limit, Optional<Duration> retryAfter) ->
          throw new CommandFailed(
              Exit.REFUSED,
              "quota_exceeded",
              "The server has no room for more: it keeps "
                  + MessageLines.size(limit)
                  + " of this account. The other messages stay here."
                  + retryAfter
                      .map(wait -> " Try again in " + DurationConverter.text(wait) + ".")
                      .orElse(""),
              retryAfter.isPresent());
    };
  }

  private Exit restore(Archive archive) {
    Restored restored;
    try (HistoryBar bar = new HistoryBar(session, "archive")) {
      restored = archive.restore(p -> bar.show(p.messages(), p.total()));
    }
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("restored")
                  .put("messages", restored.messages())
                  .put("segments", restored.segments())
                  .put("unreadable", restored.unreadable()));
    } else {
      session.out().line(count(restored.messages(), "message") + " back");
    }
    if (restored.unreadable() > 0) {
      throw new CommandFailed(
          Exit.FAILED,
          "archive_unreadable",
          count(restored.unreadable(), "part")
              + " of the archive could not be read: the server has lost or damaged it. The"
              + " conversations show where something is missing.",
          false);
    }
    return Exit.OK;
  }

  private void print(ArchiveSummary summary) {
    print("archive", summary.messages(), summary.segments(), summary.bytes());
  }

  private void print(String type, long messages, int segments, long bytes) {
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine(type)
                  .put("messages", messages)
                  .put("segments", segments)
                  .put("bytes", bytes));
    } else {
      session
          .out()
          .line(
              count(messages, "message")
                  + (type.equals("archive") ? " in the archive" : " moved")
                  + (segments == 0
                      ? ""
                      : ": "
                          + count(segments, "segment")
                          + ", "
                          + MessageLines.size(bytes)
                          + " at the server"));
    }
  }

  private static String count(long number, String what) {
    return number + " " + what + (number == 1 ? "" : "s");
  }
}
