package sotto.cli;

import sotto.cli.print.JsonLine;
import sotto.client.ArchiveProgress;

/// How far the archive is: a line that is drawn over and over on a terminal, objects for programs,
/// nothing in a pipe.
final class ArchiveBar implements AutoCloseable {
  private static final int BAR = 24;
  private static final String ERASE = "\r\u001b[K";

  private final Session session;
  private boolean drawn;

  ArchiveBar(Session session) {
    this.session = session;
  }

  void show(ArchiveProgress progress) {
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("archive_progress")
                  .put("done", progress.messages())
                  .put("total", progress.total()));
    } else if (session.host().terminal()) {
      drawn = true;
      session.out().text(ERASE + line(progress));
    }
  }

  /// The line: a bar, how many of how many.
  static String line(ArchiveProgress progress) {
    double share = progress.total() == 0 ? 1 : (double) progress.messages() / progress.total();
    int full = (int) Math.round(BAR * Math.min(1, share));
    return "█".repeat(full)
        + "░".repeat(BAR - full)
        + " "
        + progress.messages()
        + " of "
        + progress.total()
        + " messages";
  }

  /// Leaves the line to others.
  @Override
  public void close() {
    if (drawn) {
      session.out().text(ERASE);
      drawn = false;
    }
  }
}
