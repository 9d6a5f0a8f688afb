package sotto.cli.print;

import java.nio.file.Path;
import java.util.Optional;
import sotto.client.SaveResult;

/// What became of a file that was to be saved.
///
/// @param result the outcome
public record SavedFile(SaveResult result) {
  /// Where it is now.
  Optional<String> path() {
    return switch (result) {
      case SaveResult.Saved(Path path) -> Optional.of(path.toString());
      case SaveResult.Gone(), SaveResult.Damaged() -> Optional.empty();
    };
  }

  /// Why it is not there, as a stable word.
  Optional<String> problem() {
    return switch (result) {
      case SaveResult.Saved(Path path) -> Optional.empty();
      case SaveResult.Gone() -> Optional.of("gone");
      case SaveResult.Damaged() -> Optional.of("damaged");
    };
  }

  /// The same for a person.
  public String sentence() {
    return switch (result) {
      case SaveResult.Saved(Path path) -> "saved as " + TerminalText.name(path.toString());
      case SaveResult.Gone() -> "is no longer on the server";
      case SaveResult.Damaged() -> "is damaged on the server and was not saved";
    };
  }
}
