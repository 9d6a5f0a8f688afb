package sotto.blob.transfer;

import sotto.blob.BlobRecord;
import sotto.blob.Progress;

/// What is known of a declared upload before any of its bytes.
sealed interface Standing {
  /// The blob is visible.
  record There(BlobRecord record) implements Standing {}

  /// The upload id has another size or digest.
  record Mismatch() implements Standing {}

  /// It is larger than the server takes.
  record TooLarge() implements Standing {}

  /// Some of it may be there.
  record Unfinished(Progress progress) implements Standing {}

  /// Nothing is known of it.
  record Fresh() implements Standing {}
}
