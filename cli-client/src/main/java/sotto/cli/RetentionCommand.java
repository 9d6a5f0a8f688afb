package sotto.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;
import sotto.cli.print.JsonLine;
import sotto.client.Retention;

/// `retention`: how long messages stay in this home.
@Command(
    name = "retention",
    description = {
      "Say how long messages are kept in this home, or choose it.",
      "Older ones are deleted here, read or not, by every command that connects. What has not been sent"
          + " stays, and so does what is in the archive. Contacts keep theirs."
    },
    footer = {
      "",
      "Who archives by age keeps messages longer than that: what is deleted here first never comes into"
          + " the archive.",
      "",
      "Examples:",
      "  sotto retention",
      "  sotto retention --keep 90d",
      "  sotto retention --keep forever"
    })
final class RetentionCommand implements Callable<Integer> {
  private static final String FOREVER = "forever";

  @Option(
      names = "--keep",
      paramLabel = "AGE",
      description = "A number of days, 90d, or 'forever'.")
  private Optional<String> keep = Optional.empty();

  private final Session session;

  RetentionCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (keep.isEmpty()) {
      try (OpenHome home = session.openOffline()) {
        print(home.sotto().retention(), Optional.empty());
        return Exit.OK.code();
      }
    }
    Optional<Duration> age = age(keep.get());
    try (OpenHome home = session.openOnline()) {
      Session.firstAttempt(home.sotto(), Session.FIRST_ATTEMPT);
      Retention retention = home.sotto().retention();
      age.ifPresentOrElse(retention::keep, retention::keepForever);
      Optional<Long> deleted = age.isEmpty() ? Optional.of(0L) : retention.apply();
      print(retention, deleted);
      if (deleted.isEmpty()) {
        session.notice(
            "later", "Old messages are deleted by the next command that reaches the server.");
      }
      return Exit.OK.code();
    }
  }

  private static Optional<Duration> age(String text) {
    if (text.equals(FOREVER)) {
      return Optional.empty();
    }
    try {
      Duration age = new AgeConverter().convert(text);
      if (age.toDays() >= 1 && age.equals(Duration.ofDays(age.toDays()))) {
        return Optional.of(age);
      }
    } catch (TypeConversionException e) {
      // Said below, with 'forever'.
    }
    throw CommandFailed.usage("--keep takes a number of days such as 90d, or forever.");
  }

  private void print(Retention retention, Optional<Long> deleted) {
    Optional<Long> days = retention.age().map(Duration::toDays);
    if (session.json()) {
      session.out().json(new JsonLine("retention").number("days", days).number("deleted", deleted));
      return;
    }
    session
        .out()
        .line(
            days.map(d -> "Messages are kept for " + d + (d == 1 ? " day." : " days."))
                .orElse("Messages are kept for ever."));
    deleted.filter(n -> n > 0).ifPresent(n -> session.out().line(n + " deleted"));
  }
}
