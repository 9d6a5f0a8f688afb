package sotto.client.internal.store;

import java.nio.file.Path;
import java.util.Optional;
import sotto.client.Event;
import sotto.client.MessageView;
import sotto.client.SaveResult;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// What became of a file of a message, as the detail of an event: `PLACE gone`, `PLACE damaged` or
/// `PLACE saved PATH`.
///
/// @param place the file's place in its message
/// @param result what became of it
public record FileDetail(int place, SaveResult result) {
  /// As a text.
  public String text() {
    return place
        + switch (result) {
          case SaveResult.Saved(Path path) -> " saved " + path;
          case SaveResult.Gone() -> " gone";
          case SaveResult.Damaged() -> " damaged";
        };
  }

  static FileDetail read(String text) {
    String[] words = text.split(" ", 3);
    if (words.length < 2) {
      throw unknown();
    }
    return new FileDetail(
        Integer.parseInt(words[0]),
        switch (words[1]) {
          case "saved" -> new SaveResult.Saved(Path.of(words[2]));
          case "gone" -> new SaveResult.Gone();
          case "damaged" -> new SaveResult.Damaged();
          default -> throw unknown();
        });
  }

  Optional<Event> event(long id, MessageView message) {
    return message.files().stream()
        .filter(f -> f.index() == place)
        .findFirst()
        .map(f -> new Event.FileSaved(id, f, result));
  }

  private static SottoException unknown() {
    return SottoException.of(Code.STORAGE_DAMAGED, "The store holds an event without a meaning.");
  }
}
