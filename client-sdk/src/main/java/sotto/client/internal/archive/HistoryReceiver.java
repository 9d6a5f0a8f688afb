package sotto.client.internal.archive;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.function.LongSupplier;
import sotto.archive.v1.Manifest;
import sotto.archive.v1.SegmentRef;
import sotto.chain.AccountId;
import sotto.client.internal.store.ArchivedMessage;
import sotto.client.internal.store.HistoryRows.Part;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.OtherEnd;
import sotto.client.internal.store.Store;

/// Takes the history that another device of the account gives, part by part. A part is in the store
/// in one transaction, each message once, however often it comes and whatever comes meanwhile.
///
/// Blocks; not on the lane. One run at a time: the caller sees to that.
public final class HistoryReceiver {
  private final Lane lane;
  private final Store store;
  private final Depot depot;
  private final SegmentCodec codec;
  private final Adopter adopter;
  private final LongSupplier now;

  HistoryReceiver(
      Lane lane, Store store, Depot depot, SegmentCodec codec, Adopter adopter, LongSupplier now) {
    this.lane = lane;
    this.store = store;
    this.depot = depot;
    this.codec = codec;
    this.adopter = adopter;
    this.now = now;
  }

  /// Takes the next part, if there is one.
  ///
  /// @return false if none is wanted
  /// @throws sotto.client.SottoException if the server does not answer now
  public boolean step() {
    Optional<Part> next = lane.call(_ -> store.historyRows().wanted());
    if (next.isEmpty()) {
      return false;
    }
    Part part = next.get();
    if (part.archived()) {
      boolean known = adopter.adopt(codec.exportKey(), manifestOf(part)) > 0;
      return lane.call(_ -> settle(part, known));
    }
    Optional<Segment> segment =
        depot.get(part.blobId(), part.size()).flatMap(blob -> codec.open(part.segmentId(), blob));
    return lane.call(_ -> {
      segment.ifPresent(this::keep);
      return settle(part, segment.isPresent());
    });
  }

  private boolean settle(Part part, boolean came) {
    store.historyRows().settle(part, came);
    return true;
  }

  private static Manifest manifestOf(Part part) {
    return Manifest.newBuilder()
        .setVersion(1)
        .addSegments(
            SegmentRef.newBuilder()
                .setSegmentId(ByteString.copyFrom(part.segmentId().toArray()))
                .setBlobId(ByteString.copyFrom(part.blobId().toArray()))
                .setSize(part.size()))
        .build();
  }

  private static Optional<AccountId> author(Segment segment, ArchivedMessage message) {
    return segment.peer() instanceof OtherEnd.Person person
        ? Optional.of(person.account())
        : message.sender();
  }

  private void keep(Segment segment) {
    long contact = store.otherEnds().findOrAddWithHint(segment.peer(), now.getAsLong());
    for (ArchivedMessage message : segment.messages()) {
      store
          .archivedRows()
          .add(contact, message)
          .ifPresent(row -> {
            if (message.incoming()) {
              author(segment, message)
                  .ifPresent(author -> store.syncRows().came(row, author, message.id()));
            } else {
              store.syncRows().copied(row, contact, message.id());
            }
          });
    }
  }
}
