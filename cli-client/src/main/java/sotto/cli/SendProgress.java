package sotto.cli;

import sotto.cli.print.JsonLine;
import sotto.client.Progress;
import sotto.client.SentMessage;

/// How far the files of a message are: a line that is drawn over and over on a terminal, objects
/// for programs, nothing in a pipe.
final class SendProgress {
  private final Session session;
  private final SentMessage message;
  private final ProgressBar bar;
  private Progress last = new Progress(0, 1);
  private boolean drawn;

  SendProgress(Session session, SentMessage message) {
    this.session = session;
    this.message = message;
    this.bar = new ProgressBar(message.progress());
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
      session.out().text(ProgressBar.ERASE + bar.line(now));
    }
    return true;
  }

  /// Leaves the line to others.
  void close() {
    if (drawn) {
      session.out().text(ProgressBar.ERASE);
      drawn = false;
    }
  }
}
