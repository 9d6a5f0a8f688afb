package sotto.client.internal.archive;

import com.google.protobuf.ByteString;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import sotto.archive.v1.Manifest;
import sotto.archive.v1.SegmentRef;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.store.ArchivedMessage;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.SegmentRow;
import sotto.client.internal.store.SegmentState;
import sotto.client.internal.store.Store;
import sotto.crypto.ArchiveKey;

/// Carries an archive from one device of an account to another: key and list of segments are all it
/// takes. Each segment is read once, for its conversation, its place and its words; its messages
/// stay at the server, but for the newest of each conversation.
final class Adopter {
  private static final int VERSION = 1;
  private static final int SEGMENT_ID = 16;

  private final Lane lane;
  private final Store store;
  private final Depot depot;
  private final SegmentCodec codec;
  private final LongSupplier now;

  Adopter(Lane lane, Store store, Depot depot, SegmentCodec codec, LongSupplier now) {
    this.lane = lane;
    this.store = store;
    this.depot = depot;
    this.codec = codec;
    this.now = now;
  }

  /// The list of the segments here. On the lane.
  Manifest manifest() {
    Manifest.Builder manifest = Manifest.newBuilder().setVersion(VERSION);
    for (SegmentRow segment : store.segments().in(SegmentState.MOVED)) {
      manifest.addSegments(
          SegmentRef.newBuilder()
              .setSegmentId(ByteString.copyFrom(segment.segmentId().toArray()))
              .setBlobId(ByteString.copyFrom(segment.blobId().orElseThrow().toArray()))
              .setSize(segment.size()));
    }
    return manifest.build();
  }

  /// Takes the segments of a list that are not known here. Broken off, it goes on when it is
  /// repeated; what cannot be read is left out.
  ///
  /// @return how many of them are now known
  int adopt(byte[] key, Manifest manifest) {
    boolean empty = lane.call(_ -> store.segments().count() == 0);
    if (manifest.getVersion() != VERSION
        || key.length != ArchiveKey.LENGTH
        || !codec.importKey(key, empty)) {
      throw SottoException.of(
          Code.REFUSED, "This archive is of another account, or of a newer version.");
    }
    int known = 0;
    Map<Long, ArchivedMessage> newest = new HashMap<>();
    for (SegmentRef ref : manifest.getSegmentsList()) {
      if (ref.getSegmentId().size() == SEGMENT_ID
          && ref.getBlobId().size() == AttachmentFormat.BLOB_ID
          && adopt(ref, newest)) {
        known++;
      }
    }
    lane.call(_ -> {
      newest.forEach(store.archivedRows()::keep);
      return true;
    });
    return known;
  }

  private boolean adopt(SegmentRef ref, Map<Long, ArchivedMessage> newest) {
    Bytes segmentId = Bytes.of(ref.getSegmentId().toByteArray());
    Bytes blobId = Bytes.of(ref.getBlobId().toByteArray());
    if (lane.call(_ -> store.segments().has(segmentId))) {
      return true;
    }
    Optional<Segment> segment =
        depot
            .get(blobId, ref.getSize())
            .flatMap(blob -> codec.open(segmentId, blob))
            .filter(Segment::settled);
    segment.ifPresent(s ->
        lane.call(_ -> {
          long contact = store.otherEnds().findOrAddWithHint(s.peer(), now.getAsLong());
          long id =
              store
                  .segments()
                  .adopt(contact, s.peer().id(), segmentId, blobId, ref.getSize(), s.messages());
          store.archiveWords().add(id, s.messages());
          newest.merge(
              contact,
              s.messages().getLast(),
              (one, other) ->
                  SegmentRow.ORDER.compare(one.place(), other.place()) > 0 ? one : other);
          return true;
        }));
    return segment.isPresent();
  }
}
