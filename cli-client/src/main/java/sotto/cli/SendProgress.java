package sotto.cli;

import java.time.Duration;
import java.util.Locale;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageLines;
import sotto.client.Progress;
import sotto.client.SentMessage;

/// How far the files of a message are: a line that is drawn over and over on a terminal, objects
/// for programs, nothing in a pipe.
final class SendProgress {
  private static final int BAR = 24;
  private static final String ERASE = "\r\u001b[K";

  private final Session session;
  private final SentMessage message;
  private final long begun = System.nanoTime();
  private Progress last = new Progress(0, 1);
  private boolean drawn;

  SendProgress(Session session, SentMessage message) {
    this.session = session;
    this.message = message;
  }

  /// Shows where it is now.
  ///
  /// @return whether anything has moved since the last time
  boolean moved() {
    Progress now = message.progress();
    if (now.equals(last)) {
      return false;
    }
    last = now;
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("progress")
                  .put("id", message.id().value())
                  .put("direction", "upload")
                  .put("done", now.done())
                  .put("total", now.total()));
    } else if (session.host().terminal()) {
      drawn = true;
      session.out().text(ERASE + line(now, Duration.ofNanos(System.nanoTime() - begun)));
    }
    return true;
  }

  /// Leaves the line to others.
  void close() {
    if (drawn) {
      session.out().text(ERASE);
      drawn = false;
    }
  }

  /// The line: a bar, how much, how fast, how long still.
  static String line(Progress progress, Duration elapsed) {
    int full = (int) Math.round(BAR * progress.share());
    String bar = "█".repeat(full) + "░".repeat(BAR - full);
    String amount =
        "%s of %s"
            .formatted(MessageLines.size(progress.done()), MessageLines.size(progress.total()));
    double seconds = elapsed.toMillis() / 1000.0;
    if (progress.done() == 0 || seconds < 0.5) {
      return bar + " " + amount;
    }
    double rate = progress.done() / seconds;
    long left = Math.round((progress.total() - progress.done()) / rate);
    return String.format(
        Locale.ROOT,
        "%s %s, %s/s, %s left",
        bar,
        amount,
        MessageLines.size((long) rate),
        time(left));
  }

  private static String time(long seconds) {
    return seconds >= 3600
        ? "%d:%02d:%02d".formatted(seconds / 3600, seconds / 60 % 60, seconds % 60)
        : "%d:%02d".formatted(seconds / 60, seconds % 60);
  }
}
