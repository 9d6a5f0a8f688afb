package sotto.client;

import java.nio.file.Path;

/// The outcome of saving a file of a message.
public sealed interface SaveResult {
  /// The whole file, checked, under its final name.
  ///
  /// @param path where it is
  record Saved(Path path) implements SaveResult {}

  /// The server no longer has it.
  record Gone() implements SaveResult {}

  /// What the server has is not what the sender sent; nothing was kept.
  record Damaged() implements SaveResult {}
}
