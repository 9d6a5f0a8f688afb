package sotto.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A message as the store has it now.
///
/// @param id its id, the same on both sides
/// @param kind whether it can be shown
/// @param incoming whether the contact wrote it
/// @param from who wrote it
/// @param to whom it is for
/// @param text 0 to 65,536 bytes of UTF-8, untrusted: may hold control characters
/// @param files at most 16
/// @param sentAt when it was sent, by the sender's clock as the server corrected it; until it is
///   first encrypted, when it was written
/// @param status how far it has come
/// @param failure why it failed or still waits, or why it cannot be read
/// @param place its place in the conversation, to page from: see [Conversation#messagesBefore]
public record MessageView(
    MessageId id,
    Kind kind,
    boolean incoming,
    Contact from,
    Contact to,
    String text,
    List<FileView> files,
    Instant sentAt,
    Status status,
    Optional<Failure> failure,
    Place place) {
  /// Copies the files.
  public MessageView {
    files = List.copyOf(files);
  }

  /// Whether a message can be shown.
  public enum Kind {
    /// Text, files or both.
    MESSAGE,
    /// It came and could not be decrypted; one row stands for all in a row from one device.
    UNDECRYPTABLE,
    /// It is of a kind that this version does not know.
    UNSUPPORTED,
    /// Stands for messages that are in the [Archive] and cannot be read; the failure says how many
    /// and why. Its place is that of the first of them.
    ARCHIVED
  }

  /// Where a message stands in its conversation: ordered by time, then id.
  ///
  /// @param sentAtMillis milliseconds since 1970
  /// @param id the message
  public record Place(long sentAtMillis, MessageId id) {}
}
