package sotto.cli;

import sotto.cli.print.JsonLine;

/// How far something is that goes through the messages of a home: a line that is drawn over and
/// over on a terminal, objects for programs, nothing in a pipe.
final class HistoryBar implements AutoCloseable {
  private static final int WIDTH = 24;

  private final Session session;
  private final String what;
  private boolean drawn;

  /// @param what a word for programs: their objects have the type `WHAT_progress`
  HistoryBar(Session session, String what) {
    this.session = session;
    this.what = what;
  }

  void show(long done, long total) {
    if (session.json()) {
      session.out().json(new JsonLine(what + "_progress").put("done", done).put("total", total));
    } else if (session.host().terminal()) {
      drawn = true;
      session.out().text(ProgressBar.ERASE + line(what, done, total));
    }
  }

  /// The line: a bar, how many of how many.
  static String line(String what, long done, long total) {
    double share = total == 0 ? 1 : (double) done / total;
    int full = (int) Math.round(WIDTH * Math.min(1, share));
    return "█".repeat(full)
        + "░".repeat(WIDTH - full)
        + " "
        + what
        + ": "
        + done
        + " of "
        + total
        + " messages";
  }

  /// Leaves the line to others.
  @Override
  public void close() {
    if (drawn) {
      session.out().text(ProgressBar.ERASE);
      drawn = false;
    }
  }
}
