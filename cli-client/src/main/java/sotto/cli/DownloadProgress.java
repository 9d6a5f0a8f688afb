package sotto.cli;

import java.util.HashMap;
import java.util.Map;
import sotto.cli.print.MessageJson;
import sotto.cli.print.Output;
import sotto.cli.print.TerminalText;
import sotto.client.Event;
import sotto.client.EventStream;
import sotto.client.FileView;
import sotto.client.MessageId;
import sotto.client.Sotto;

/// How far the files are that come: a line that is drawn over and over on a terminal, objects for
/// programs, nothing in a pipe. For one thread at a time.
final class DownloadProgress {
  private record Key(MessageId message, int place) {
    static Key of(Event.FileProgress moved) {
      return new Key(moved.message(), moved.index());
    }
  }

  private final Session session;
  private final Map<Key, ProgressBar> bars = new HashMap<>();
  private boolean drawn;

  DownloadProgress(Session session) {
    this.session = session;
  }

  /// Shows that a file has moved.
  ///
  /// @param name what is said before the bar, as somebody else says it; may be empty
  void show(Event.FileProgress moved, String name) {
    if (moved.direction() != Event.FileProgress.Direction.DOWNLOAD) {
      return;
    }
    if (session.json()) {
      session.out().json(MessageJson.progress(moved));
    } else if (session.host().terminal()) {
      ProgressBar bar = bars.computeIfAbsent(Key.of(moved), _ -> new ProgressBar(moved.progress()));
      drawn = true;
      session
          .out()
          .text(
              ProgressBar.ERASE
                  + (name.isEmpty() ? "" : TerminalText.name(name) + " ")
                  + bar.line(moved.progress()));
      if (moved.progress().complete()) {
        bars.remove(Key.of(moved));
      }
    }
  }

  /// Leaves the line to others.
  void erase() {
    if (drawn) {
      session.out().text(ProgressBar.ERASE);
      drawn = false;
    }
  }

  /// Shows, until it is closed, how far a file is that another thread saves.
  Watch watch(Sotto sotto, FileView file) {
    return new Watch(sotto.liveEvents(), file);
  }

  /// Shows a file on a virtual thread of its own; closed, the line is left to others.
  final class Watch implements AutoCloseable {
    private final EventStream live;
    private final Thread thread;

    private Watch(EventStream live, FileView file) {
      this.live = live;
      this.thread = Thread.ofVirtual().name("download-progress").start(() -> show(file));
    }

    private void show(FileView file) {
      try {
        for (Event event : live) {
          if (event instanceof Event.FileProgress moved
              && moved.message().equals(file.message())
              && moved.index() == file.index()) {
            DownloadProgress.this.show(moved, file.name());
          }
        }
      } catch (Output.Closed e) {
        // Nobody reads any more; the one who prints finds out.
        return;
      }
    }

    @Override
    public void close() {
      live.close();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      erase();
    }
  }
}
