package sotto.cli.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import sotto.cli.print.MessageLines;
import sotto.cli.print.TerminalText;
import sotto.client.Event;
import sotto.client.FileView;
import sotto.client.MessageView;

/// The files that came, numbered from 1 as they were shown. Thread-safe.
final class ChatFiles {
  private final ReentrantLock lock = new ReentrantLock();
  private final List<FileView> files = new ArrayList<>(); // guarded by lock

  /// Numbers the files of an incoming message, and says how to save them. Pictures of somebody who
  /// was never written to are not looked at.
  void announce(MessageView message, boolean accepted, ChatView view) {
    if (!message.incoming()) {
      return;
    }
    for (FileView file : message.files()) {
      if (accepted) {
        file.picture().ifPresent(view::picture);
      }
      int number = number(file);
      String name = TerminalText.name(file.name());
      String size = MessageLines.size(file.size());
      view.note(
          "file",
          "file %d: %s, %s (/save %d, /open %d)".formatted(number, name, size, number, number));
    }
  }

  /// Says that a file is moving.
  void moved(Event.FileProgress moved, ChatView view) {
    view.moving(
        moved.direction() == Event.FileProgress.Direction.UPLOAD ? "sending" : "fetching", moved);
  }

  Optional<FileView> get(int number) {
    lock.lock();
    try {
      return number >= 1 && number <= files.size()
          ? Optional.of(files.get(number - 1))
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private int number(FileView file) {
    lock.lock();
    try {
      int known = files.indexOf(file);
      if (known >= 0) {
        return known + 1;
      }
      files.add(file);
      return files.size();
    } finally {
      lock.unlock();
    }
  }
}
