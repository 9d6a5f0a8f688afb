package sotto.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageJson;
import sotto.cli.print.MessageLines;
import sotto.cli.print.SavedFile;
import sotto.cli.print.TerminalText;
import sotto.client.Contact;
import sotto.client.Event;
import sotto.client.FileView;
import sotto.client.MessageView;
import sotto.client.SaveResult;
import sotto.client.Sotto;
import sotto.client.SottoException;

/// Prints the events of `receive`: messages, and what a person must know about them.
final class EventPrinter {
  private static final Duration LOOK_UP = Duration.ofSeconds(2);

  private final Session session;
  private final Sotto sotto;
  private final Optional<Path> folder;
  private final DownloadProgress progress;
  private final Set<FileView> fetched = new HashSet<>();

  EventPrinter(Session session, Sotto sotto, Optional<Path> folder) {
    this.session = session;
    this.sotto = sotto;
    this.folder = folder;
    this.progress = new DownloadProgress(session);
  }

  /// Prints an event; when this returns the line is out.
  ///
  /// @return whether it was a message
  boolean print(Event event) {
    if (event.id() != Event.LIVE) {
      progress.erase();
    }
    return switch (event) {
      case Event.MessageReceived received -> message(received.message());
      case Event.Undecryptable undecryptable -> message(undecryptable.message());
      case Event.ContactChanged changed -> {
        changed(changed.contact(), changed.sentence());
        yield false;
      }
      case Event.MessagesMissed missed -> {
        missed(missed);
        yield false;
      }
      case Event.Displaced displaced -> {
        session.notice("displaced", "Another command of this device took the connection over.");
        yield false;
      }
      case Event.DevicesChanged devices -> {
        devices(devices.sentence());
        yield false;
      }
      case Event.Removed removed -> {
        session.notice("device_removed", "This device was removed from its account.");
        yield false;
      }
      case Event.Diverged diverged -> {
        session.notice(
            "home_diverged",
            "Another copy of this home was used meanwhile: what came to it is not here.");
        yield false;
      }
      case Event.AccountDeleted deleted -> {
        session.notice("account_deleted", "The account was deleted.");
        yield false;
      }
      case Event.GroupChanged changed -> {
        group(changed.group(), changed.sentence());
        yield false;
      }
      case Event.StatusChanged status -> false;
      case Event.TypingChanged typing -> false;
      case Event.ProfileChanged profile -> false;
      case Event.PresenceChanged presence -> false;
      case Event.FileProgress moved -> {
        if (!fetched(moved)) {
          progress.show(moved, "");
        }
        yield false;
      }
      case Event.FileSaved saved -> {
        saved(saved);
        yield false;
      }
      case Event.HistoryMoved moved -> false;
      case Event.ConnectionChanged connection -> false;
    };
  }

  private boolean message(MessageView arrived) {
    MessageView message = named(arrived);
    Map<FileView, SavedFile> saved = new LinkedHashMap<>();
    folder.ifPresent(to -> message.files().forEach(f -> saved.put(f, new SavedFile(save(f, to)))));
    if (session.json()) {
      session.out().json(MessageJson.line(message, saved));
    } else {
      session.out().line(session.lines().full(message, saved));
    }
    return true;
  }

  private SaveResult save(FileView file, Path to) {
    fetched.add(file);
    try (var _ = progress.watch(sotto, file)) {
      return sotto.save(file, to);
    }
  }

  /// Whether it is about a file that was watched while it was saved here.
  private boolean fetched(Event.FileProgress moved) {
    return fetched.stream()
        .anyMatch(f -> f.message().equals(moved.message()) && f.index() == moved.index());
  }

  /// Leaves the terminal's line to others.
  void erase() {
    progress.erase();
  }

  private void saved(Event.FileSaved event) {
    if (session.json()) {
      session.out().json(MessageJson.saved(event));
    } else {
      session.out().line("* " + MessageLines.saved(event.file(), new SavedFile(event.result())));
    }
  }

  /// The message once the name of its author is known: that of someone who writes for the first
  /// time is looked up just then.
  private MessageView named(MessageView message) {
    if (message.from().username().isPresent()) {
      return message;
    }
    try {
      sotto.awaitMailboxEmpty(LOOK_UP);
    } catch (SottoException e) {
      // Without a connection the account's number has to do.
      return message;
    }
    return sotto.message(message.id()).orElse(message);
  }

  private void changed(Contact contact, String sentence) {
    if (session.json()) {
      session
          .out()
          .json(
              MessageJson.contact(new JsonLine("contact_changed"), contact)
                  .put("message", sentence));
    } else {
      String name = MessageLines.name(contact);
      session
          .out()
          .line(
              "! "
                  + Sentences.stop(TerminalText.name(sentence))
                  + " Compare the safety number: sotto verify "
                  + name);
    }
  }

  private void group(Contact group, String sentence) {
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("group_changed")
                  .put("user", group.name())
                  .put("group", group.group().map(Object::toString))
                  .put("message", sentence));
    } else {
      session.out().line("* " + MessageLines.name(group) + ": " + TerminalText.name(sentence));
    }
  }

  private void devices(String sentence) {
    if (session.json()) {
      session.out().json(new JsonLine("devices_changed").put("message", sentence));
    } else {
      session
          .out()
          .line("! " + Sentences.stop(TerminalText.name(sentence)) + " Not by you? sotto devices");
    }
  }

  private void missed(Event.MessagesMissed missed) {
    if (session.json()) {
      session
          .out()
          .json(new JsonLine("messages_missed").put("since", MessageJson.time(missed.since())));
    } else {
      session
          .out()
          .line(
              "! The mailbox was full since "
                  + session.lines().moment(missed.since())
                  + ": some messages never came here.");
    }
  }
}
