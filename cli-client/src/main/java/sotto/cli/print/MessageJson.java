package sotto.cli.print;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.ToLongFunction;
import sotto.client.Contact;
import sotto.client.Event;
import sotto.client.Failure;
import sotto.client.FileView;
import sotto.client.MessageView;
import sotto.client.Picture;

/// Messages and contacts for programs. Fields are only ever added; docs/cli.md has them all.
public final class MessageJson {
  private MessageJson() {}

  /// An object of type `message`.
  public static JsonLine line(MessageView message, Map<FileView, SavedFile> saved) {
    JsonLine line = new JsonLine("message");
    fields(line, message, saved);
    return line;
  }

  /// The fields of a message in an object that stands already.
  public static void fields(JsonLine line, MessageView message, Map<FileView, SavedFile> saved) {
    fields(line, message, (at, file) -> place(at, Optional.ofNullable(saved.get(file))));
  }

  private static void place(JsonLine line, Optional<SavedFile> outcome) {
    line.put("path", outcome.flatMap(SavedFile::path))
        .put("problem", outcome.flatMap(SavedFile::problem));
  }

  /// The same with something else for where its files are.
  ///
  /// @param place writes `path` and `problem` of a file
  public static void fields(
      JsonLine line, MessageView message, BiConsumer<JsonLine, FileView> place) {
    line.put("id", message.id().value())
        .put("kind", word(message.kind()))
        .put("incoming", message.incoming())
        .put("from", message.from().name())
        .put("to", message.to().name())
        .put("group", message.to().group().map(Object::toString))
        .put("text", message.text())
        .list("files", message.files(), (l, file) -> file(l, file, place))
        .put("sent_at", time(message.sentAt()))
        .put("status", word(message.status()))
        .put("reason", message.failure().map(Failure::code))
        .put("reason_text", message.failure().map(Failure::sentence));
  }

  /// An object of type `progress`: how far a file is.
  public static JsonLine progress(Event.FileProgress moved) {
    return new JsonLine("progress")
        .put("id", moved.message().value())
        .put("file", moved.index())
        .put("direction", word(moved.direction()))
        .put("done", moved.progress().done())
        .put("total", moved.progress().total());
  }

  /// An object of type `file_saved`: what became of a file that was downloaded by itself.
  public static JsonLine saved(Event.FileSaved event) {
    SavedFile saved = new SavedFile(event.result());
    return new JsonLine("file_saved")
        .put("id", event.file().message().value())
        .put("file", event.file().index())
        .put("name", event.file().name())
        .put("path", saved.path())
        .put("problem", saved.problem());
  }

  /// Who a contact is: `user`, `account`, `group`, `verification`, `accepted`, `blocked`.
  public static JsonLine contact(JsonLine line, Contact contact) {
    return line.put("user", contact.name())
        .put("account", contact.account().map(Object::toString))
        .put("group", contact.group().map(Object::toString))
        .put("verification", word(contact.verification()))
        .put("accepted", contact.accepted())
        .put("blocked", contact.blocked());
  }

  /// A moment in UTC to the millisecond, RFC 3339.
  public static String time(Instant moment) {
    return moment.truncatedTo(ChronoUnit.MILLIS).toString();
  }

  /// A constant as a stable word.
  public static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static Optional<Long> side(FileView file, ToLongFunction<Picture> side) {
    return file.picture().map(side::applyAsLong).filter(pixels -> pixels > 0);
  }

  private static void file(JsonLine line, FileView file, BiConsumer<JsonLine, FileView> place) {
    line.put("name", file.name())
        .put("size", file.size())
        .put("sha256", file.sha256())
        .put("media_type", file.mediaType())
        .number("width", side(file, Picture::width))
        .number("height", side(file, Picture::height));
    place.accept(line, file);
  }
}
