package sotto.client.internal.store;

import java.util.Comparator;
import java.util.Optional;
import sotto.chain.Bytes;
import sotto.client.MessageView.Place;

/// A segment of the archive as the store has it.
///
/// @param id the row; where two segments have a message, that of the higher row is right
/// @param contact the conversation
/// @param peer the account or group at its other end when the segment was made, 16 bytes
/// @param segmentId what its key is derived for
/// @param state where it is on its way
/// @param first the place of its first message
/// @param last the place of its last message
/// @param count how many messages it has
/// @param size bytes of its blob; 0 while it is chosen
/// @param sha256 the digest of its blob; empty while it is chosen, and where another device made it
/// @param uploadId names its upload
/// @param blobId its blob, once it is at the server
/// @param cached whether copies of all its messages are in the message table
public record SegmentRow(
    long id,
    long contact,
    Bytes peer,
    Bytes segmentId,
    SegmentState state,
    Place first,
    Place last,
    int count,
    long size,
    Bytes sha256,
    Bytes uploadId,
    Optional<Bytes> blobId,
    boolean cached) {
  /// A conversation's order.
  public static final Comparator<Place> ORDER =
      Comparator.comparingLong(Place::sentAtMillis).thenComparing(place -> place.id().value());
}
