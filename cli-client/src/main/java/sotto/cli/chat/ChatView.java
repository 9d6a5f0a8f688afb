package sotto.cli.chat;

import java.util.Optional;
import sotto.cli.print.MessageLines;
import sotto.cli.print.SavedFile;
import sotto.client.Event;
import sotto.client.MessageView;
import sotto.client.Picture;
import sotto.client.Status;

/// How a conversation looks and where its lines come from. Two threads use it: one reads, one shows
/// what happens meanwhile.
interface ChatView extends AutoCloseable {
  /// A message: of the history, just come, or just written here.
  ///
  /// @param fresh whether it belongs to now, not to the history
  void message(MessageView message, boolean fresh);

  /// An own message has come further or failed.
  ///
  /// @param message the message as it is now
  /// @param reached how far this is about; the message may be further already
  void progress(MessageView message, Status reached);

  /// The preview of a picture that came, where it can be shown.
  void picture(Picture picture);

  /// A file is moving.
  ///
  /// @param file its name, safe for a terminal; how far it is
  void moving(String file, Event.FileProgress moved);

  /// A file was downloaded by itself, or cannot be.
  default void saved(Event.FileSaved event) {
    note("file_saved", MessageLines.saved(event.file(), new SavedFile(event.result())));
  }

  /// Something to know.
  ///
  /// @param code a stable word for programs
  /// @param safe one or more lines, safe for a terminal
  void note(String code, String safe);

  /// Something that must not be overlooked; otherwise as [#note].
  void warning(String code, String safe);

  /// How things stand; called when they change, and every second.
  void peer(Peer peer);

  /// The next line that is typed; empty at the end.
  Optional<String> read();

  /// Whether a person sits there, who does not want to wait at the end.
  boolean interactive();

  /// Leaves the terminal as it was.
  @Override
  void close();
}
