package sotto.standalone.admin;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import sotto.admin.v1.CountMailboxesResponse;
import sotto.standalone.Version;

/// `sotto admin mailboxes`.
@Command(
    name = "mailboxes",
    description = {
      "What waits in the mailboxes of all accounts, by age: how many messages and their bytes, and the age of the oldest. What has moved to the cold tier is"
          + " not among it.",
      "",
      "Stores count anew, which reads all that waits; --last takes what they last counted by themselves, at most 17 minutes ago."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", Admin.EXITS})
final class MailboxesCommand implements Callable<Integer> {
  private static final Duration LONGEST = Duration.ofMinutes(5);

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @ParentCommand
  Admin admin;

  @Option(names = "--last", description = "As last counted, without counting anew.")
  boolean last;

  @Override
  public Integer call() {
    return admin.run(this::report);
  }

  private Report report(Fleet fleet) {
    var report = new Report("age", "envelopes", "bytes", "oldest");
    var counted = new ArrayList<CountMailboxesResponse>();
    for (var answer : Mailboxes.ask(fleet, !last, last ? fleet.timeout() : LONGEST)) {
      switch (answer) {
        case Answer.Got<CountMailboxesResponse>(var pod, var some) -> {
          counted.add(some);
          if (some.getBucketsCounted() < some.getBuckets()) {
            report.note(
                "the %s has counted %d of its %d buckets"
                    .formatted(pod, some.getBucketsCounted(), some.getBuckets()));
          }
        }
        case Answer.Failed<CountMailboxesResponse> failed -> report.failed(failed);
      }
    }
    if (!counted.isEmpty()) {
      rows(report, counted);
    }
    return report;
  }

  private static void rows(Report report, List<CountMailboxesResponse> counted) {
    var envelopes = 0L;
    var bytes = 0L;
    for (var i = 0; i < counted.getFirst().getAgesCount(); i++) {
      var here = i;
      var some = counted.stream().mapToLong(c -> c.getAges(here).getEnvelopes()).sum();
      var size = counted.stream().mapToLong(c -> c.getAges(here).getBytes()).sum();
      envelopes += some;
      bytes += size;
      report.row(
          Mailboxes.age(counted.getFirst().getAges(i).getUpToMs()),
          some,
          new Cell.Bytes(size),
          Cell.none());
    }
    var now = Clock.systemUTC().millis();
    report.row(
        "all",
        envelopes,
        new Cell.Bytes(bytes),
        Mailboxes.oldest(counted)
            .<Object>map(at -> Duration.ofMillis(Math.max(0, now - at)))
            .orElse(Cell.none()));
  }
}
