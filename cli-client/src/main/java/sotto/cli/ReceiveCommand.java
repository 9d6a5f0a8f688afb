package sotto.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import sotto.client.AutoDownloads;
import sotto.client.Connection;
import sotto.client.EventStream;
import sotto.client.Sotto;
import sotto.client.SottoException;

/// `receive`: what no earlier `receive` has printed.
@Command(
    name = "receive",
    description = {
      "Print the messages that no earlier 'receive' has printed.",
      "The oldest comes first, each as soon as it is here. Senders see that they were delivered,"
          + " not that they were read.",
      "Stops when the mailbox is empty; with --timeout or --follow it goes on waiting. Nothing new"
          + " is no error."
    },
    footer = {
      "",
      "A message counts as printed when its line is out: whatever breaks off earlier, it comes"
          + " again.",
      "",
      "Examples:",
      "  sotto receive",
      "  sotto receive --timeout 1m --max 1",
      "  sotto receive --follow --json | jq -r .text",
      "  sotto receive --save-files ~/Downloads"
    })
final class ReceiveCommand implements Callable<Integer> {
  /// How long the mailbox may take to answer when no time is given.
  private static final Duration CONNECT = Duration.ofSeconds(10);

  /// How often the stream looks up from waiting for a message.
  private static final Duration SLICE = Duration.ofMillis(50);

  @Option(names = "--follow", description = "Go on until stopped (Ctrl-C).")
  private boolean follow;

  @Option(names = "--max", paramLabel = "N", description = "Stop after N messages.")
  private Optional<Integer> max = Optional.empty();

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "Wait for messages this long, also when the mailbox is empty: 500ms, 10s, 2m.")
  private Optional<Duration> timeout = Optional.empty();

  @Option(
      names = "--save-files",
      paramLabel = "DIR",
      description = "Save the files of the messages there; made if missing.")
  private Optional<Path> folder = Optional.empty();

  private final Session session;

  ReceiveCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (max.filter(n -> n < 1).isPresent()) {
      throw CommandFailed.usage("--max takes 1 or more.");
    }
    try (OpenHome home = session.openOnline();
        EventStream events = home.sotto().events("receive")) {
      MailboxWatch mailbox = MailboxWatch.start(home.sotto(), patience());
      Optional<SottoException> problem = print(home.sotto(), events, mailbox);
      Session.flush(home.sotto(), Session.FLUSH);
      if (problem.isPresent()) {
        throw problem.get();
      }
      return Exit.OK.code();
    }
  }

  /// How long the watch waits for the server: longer than any limit of the command when it has one
  /// of its own.
  private Duration patience() {
    return follow ? Duration.ofDays(3650) : timeout.orElse(CONNECT);
  }

  /// Prints until there is enough.
  ///
  /// @return why the server was not heard, if it was not
  private Optional<SottoException> print(Sotto sotto, EventStream events, MailboxWatch mailbox) {
    EventPrinter printer = new EventPrinter(session, sotto, folder);
    Optional<Deadline> end = timeout.map(Deadline::in);
    int left = max.orElse(Integer.MAX_VALUE);
    while (left > 0) {
      boolean caughtUp = mailbox.ended() && filesHaveCome(sotto);
      boolean stop =
          end.map(Deadline::over).orElse(caughtUp && !follow) || mailbox.hopeless() || isOut(sotto);
      var event = events.next(stop ? Duration.ZERO : end.map(e -> e.left(SLICE)).orElse(SLICE));
      if (event.isEmpty()) {
        if (stop) {
          printer.erase();
          tellWhatWaits(sotto);
          return isOut(sotto) ? sotto.connection().problem() : mailbox.problem();
        }
        continue;
      }
      if (printer.print(event.get())) {
        left--;
      }
      events.done();
    }
    printer.erase();
    return Optional.empty();
  }

  /// Whether nothing will come any more while this home is open.
  private static boolean isOut(Sotto sotto) {
    Connection.State state = sotto.connection().state();
    return state == Connection.State.REMOVED
        || state == Connection.State.ACCOUNT_DELETED
        || state == Connection.State.DISPLACED;
  }

  /// Whether no file is on its way by itself, and none waits that could go now.
  private static boolean filesHaveCome(Sotto sotto) {
    AutoDownloads downloads = sotto.autoDownloads();
    return downloads.rule().isEmpty() || downloads.await(Duration.ZERO);
  }

  private void tellWhatWaits(Sotto sotto) {
    int waiting = sotto.autoDownloads().waiting();
    if (waiting > 0) {
      session.notice(
          "downloads_waiting",
          waiting == 1
              ? "A file has not come yet; it goes on with the next command that connects."
              : waiting
                  + " files have not come yet; they go on with the next command that connects.");
    }
  }
}
