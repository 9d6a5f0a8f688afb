package sotto.store.mailbox;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.AccountId;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.ReadRequest;
import sotto.mailbox.v1.ReadResponse;
import sotto.mesh.MonotonicClock;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.cold.ColdStore;
import sotto.store.cold.Directory;
import sotto.store.cold.Marks;
import sotto.store.cold.Segment;
import sotto.store.cold.SegmentName;
import sotto.store.sql.Session;
import sotto.store.write.Writers;

/// Reads the cold part of a mailbox, which lies before its rows.
///
/// **Order.** A page of rows is read first, then the pointers, so that what moves in between is in
/// one of them at least; what is in both is taken once. Everything up to the last pointer's last
/// position is in segments or has left, since the rows that move are the first of their mailbox.
///
/// **A blob that cannot be had.** While the blob store does not answer, or fails to read this one,
/// the read fails: *unavailable*, and whoever reads comes again; the blob store is asked less and
/// less ([Unanswered]). That ends with an answer, or with the life of the envelopes. A blob that
/// the store says is gone, or whose digest is another, is asked for again by each later read; when
/// that has gone on for long enough and often enough the segment is given up, which the log and a
/// metric say and the device is told as a gap. Until then nothing behind it is read: what is
/// restored in time arrives in order.
final class ColdReads {
  private static final Logger LOG = LoggerFactory.getLogger(ColdReads.class);
  private static final long CACHED_BYTES = 32L << 20;

  private final ColdRules rules;
  private final Writers writers;
  private final MonotonicClock time;
  private final SegmentCache cache = new SegmentCache(CACHED_BYTES);
  private final Unreadable unreadable;
  private final Unanswered unanswered = new Unanswered();

  /// A part of a mailbox that lies in a segment.
  ///
  /// @param name of its blob
  /// @param directory what is in it
  /// @param marks what of that has left
  record Pointer(SegmentName name, Directory directory, Marks marks) {}

  ColdReads(ColdRules rules, Writers writers, MonotonicClock time) {
    this.rules = rules;
    this.writers = writers;
    this.time = time;
    this.unreadable = new Unreadable(rules.giveUp());
  }

  /// The pointers of a mailbox that reach behind a position, in order.
  static List<Pointer> pointers(Session session, ReadRequest request) throws SQLException {
    return session.list(
        "SELECT blob_id, dedupe_keys, acked FROM inbox_segment"
            + " WHERE account_id = ? AND device_id = ? AND last_position > ?"
            + " ORDER BY first_position",
        row ->
            new Pointer(
                SegmentName.of(row.getBytes(1)),
                Directory.decode(row.getBytes(2)),
                Marks.of(row.getBytes(3))),
        request.getAccountId().toByteArray(),
        request.getDevice(),
        request.getAfter());
  }

  /// A page that begins in segments.
  ///
  /// @param pointers at least one, in order
  /// @param rows the page of rows that was read before them
  ReadResponse page(ReadRequest request, List<Pointer> pointers, ReadResponse rows) {
    ReadResponse.Builder page = ReadResponse.newBuilder();
    long bytes = 0;
    for (Pointer pointer : pointers) {
      for (Delivery mail : mails(request, pointer)) {
        bytes += mail.getEnvelope().size();
        if (isFull(page, bytes, request)) {
          return page.setMore(true).setLast(last(page)).build();
        }
        page.addDeliveries(mail);
      }
    }
    long cold = pointers.getLast().directory.last();
    for (Delivery row : rows.getDeliveriesList()) {
      if (row.getPosition() <= cold) {
        continue;
      }
      bytes += row.getEnvelope().size();
      if (isFull(page, bytes, request)) {
        return page.setMore(true).setLast(last(page)).build();
      }
      page.addDeliveries(row);
    }
    // Where there is more, the next page begins behind what was read, be it taken or left out.
    return page.setMore(rows.getMore()).setLast(Math.max(last(page), rows.getLast())).build();
  }

  private static boolean isFull(ReadResponse.Builder page, long bytes, ReadRequest request) {
    return page.getDeliveriesCount() > 0
        && (page.getDeliveriesCount() == request.getMaxEnvelopes()
            || bytes > request.getMaxBytes());
  }

  private static long last(ReadResponse.Builder page) {
    int count = page.getDeliveriesCount();
    return count == 0 ? 0 : page.getDeliveries(count - 1).getPosition();
  }

  /// What of a segment is wanted; its blob is only asked for if something is.
  private List<Delivery> mails(ReadRequest request, Pointer pointer) {
    TreeMap<Integer, Directory.Entry> wanted = new TreeMap<>();
    List<Directory.Entry> entries = pointer.directory.entries();
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).position() > request.getAfter() && !pointer.marks.isGone(i)) {
        wanted.put(i, entries.get(i));
      }
    }
    if (wanted.isEmpty()) {
      return List.of();
    }
    Optional<Segment> segment = segment(request, pointer);
    List<Delivery> mails = new ArrayList<>();
    if (segment.isPresent()) {
      for (int index : wanted.keySet()) {
        Segment.Mail mail = segment.get().mails().get(index);
        mails.add(
            Delivery.newBuilder()
                .setPosition(mail.position())
                .setAcceptedAtMs(mail.acceptedAt())
                .setEnvelope(mail.envelope())
                .build());
      }
    }
    return mails;
  }

  /// The segment; empty if it has just been given up.
  ///
  /// @throws io.grpc.StatusRuntimeException if it cannot be read now
  private Optional<Segment> segment(ReadRequest request, Pointer pointer) {
    Optional<Segment> known = cache.find(pointer.name);
    if (known.isPresent()) {
      return known;
    }
    if (!unanswered.mayTry(pointer.name, time.nanos())) {
      throw notNow();
    }
    ColdStore.Got got =
        rules.store().map(store -> store.get(pointer.name)).orElseGet(ColdStore.Unavailable::new);
    if (!(got instanceof ColdStore.Unavailable)) {
      unanswered.answered(pointer.name);
    }
    return switch (got) {
      case ColdStore.Found(ByteString bytes) -> {
        Optional<Segment> read = decode(bytes, pointer.directory);
        if (read.isEmpty()) {
          yield missing(request, pointer, "damaged");
        }
        unreadable.wasRead(pointer.name);
        cache.put(pointer.name, read.get(), bytes.size());
        yield read;
      }
      case ColdStore.Nothing _ -> missing(request, pointer, "gone");
      case ColdStore.Unavailable _ -> {
        rules.metrics().unreadable();
        unanswered
            .failed(pointer.name, time.nanos())
            .ifPresent(tries ->
                LOG.warn(
                    "the segment {} of bucket {} cannot be read now, {} reads of segments have"
                        + " failed since this was last said; they are tried again, and what lies"
                        + " behind them waits",
                    pointer.name,
                    new AccountId(request.getAccountId().toByteArray()).bucket(),
                    tries));
        throw notNow();
      }
    };
  }

  private static StatusRuntimeException notNow() {
    return Statuses.of(Reason.UNAVAILABLE, "the blob store does not answer");
  }

  private static Optional<Segment> decode(ByteString bytes, Directory directory) {
    return Segment.decode(bytes, directory.sha256())
        .filter(segment -> segment.mails().size() == directory.entries().size());
  }

  private Optional<Segment> missing(ReadRequest request, Pointer pointer, String how) {
    rules.metrics().unreadable();
    switch (unreadable.failed(pointer.name, time.nanos())) {
      case ALARM ->
          LOG.error(
              "the segment {} is {}; what it held is given up in {} unless it is put back",
              pointer.name,
              how,
              rules.giveUp());
      case AGAIN -> {}
      case ENOUGH -> {
        AccountId account = new AccountId(request.getAccountId().toByteArray());
        int lost =
            writers.commit(
                account.bucket(),
                0,
                batch -> {
                  batch.flush();
                  var device = batch.device(account, request.getDevice());
                  return device.isPresent()
                      ? batch.segments().giveUp(account, device.get(), pointer.name)
                      : 0;
                });
        if (lost > 0) {
          LOG.error("the segment {} is given up: {} envelopes are lost", pointer.name, lost);
          rules.metrics().lost(lost);
        }
        unreadable.wasRead(pointer.name);
        return Optional.empty();
      }
    }
    throw Statuses.of(Reason.UNAVAILABLE, "a part of the mailbox cannot be read");
  }
}
