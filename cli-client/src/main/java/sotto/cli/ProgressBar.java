package sotto.cli;

import java.time.Duration;
import java.util.Locale;
import sotto.cli.print.MessageLines;
import sotto.client.Progress;

/// How one transfer looks on a terminal: a bar, how much, how fast, how long still. What was there
/// when it began does not count for the speed.
final class ProgressBar {
  /// Takes the line of a terminal back.
  static final String ERASE = "\r\u001b[K";

  private static final int WIDTH = 24;

  private final long begun = System.nanoTime();
  private final long from;

  /// A transfer that begins now.
  ProgressBar(Progress first) {
    this.from = first.done();
  }

  String line(Progress progress) {
    return line(progress, from, Duration.ofNanos(System.nanoTime() - begun));
  }

  /// The line.
  ///
  /// @param from bytes that were there at the beginning
  static String line(Progress progress, long from, Duration elapsed) {
    int full = (int) Math.round(WIDTH * progress.share());
    String bar = "█".repeat(full) + "░".repeat(WIDTH - full);
    String amount =
        "%s of %s"
            .formatted(MessageLines.size(progress.done()), MessageLines.size(progress.total()));
    double seconds = elapsed.toMillis() / 1000.0;
    if (progress.done() <= from || seconds < 0.5) {
      return bar + " " + amount;
    }
    double rate = (progress.done() - from) / seconds;
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
