package sotto.store.write;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.store.cold.Directory;
import sotto.store.sql.Session;

/// What the owner knows of one device. Belongs to the writer's thread, but for [#last] and
/// [#hasCold].
///
/// Changes are made while a transaction is on its way: when it does not commit, the whole account
/// is forgotten and read again.
public final class DeviceState {
  /// Its number.
  public final int device;

  /// The registration id of its installation.
  public final int registrationId;

  /// When it joined, milliseconds since 1970.
  public final long createdAt;

  /// The highest connection number it has used; 0 = none.
  public long connectionNumber;

  /// The day it was last connected, milliseconds since 1970; 0 = never.
  public long lastSeenDay;

  /// Since when it has missed envelopes, milliseconds since 1970; 0 = it has not.
  public long missedSince;

  private final Map<Bytes, Tally> bySender = new HashMap<>();
  private Tally all = Tally.NONE;
  // The last position given, committed or not.
  private long given;
  // The last position committed; other threads read it.
  private volatile long last;
  // How many segments it has: raised before the commit that adds one, lowered behind the commit
  // that
  // removes one, so that other threads never miss one that is there.
  private volatile int segments;
  private int leaving;
  // The beginnings of the dedupe keys in them, sorted.
  private long[] coldKeys = {};

  /// A device as its row says.
  ///
  /// @param last where its chain of positions starts for this owner (protocol P1)
  public DeviceState(
      int device,
      int registrationId,
      long createdAt,
      long connectionNumber,
      long lastSeenDay,
      long missedSince,
      long last) {
    this.device = device;
    this.registrationId = registrationId;
    this.createdAt = createdAt;
    this.connectionNumber = connectionNumber;
    this.lastSeenDay = lastSeenDay;
    this.missedSince = missedSince;
    this.last = last;
    this.given = last;
  }

  /// The device's last committed position, or where its chain starts. Any thread.
  public long last() {
    return last;
  }

  /// When it was last known to be there, at the coarsest.
  public long seen() {
    return lastSeenDay == 0 ? createdAt : lastSeenDay;
  }

  /// Whether an envelope of this size from this sender still fits.
  public boolean takes(long size, Optional<Bytes> sender, MailboxLimits limits) {
    return all.takes(size, limits.envelopes(), limits.bytes())
        && sender
            .map(tag -> bySender.getOrDefault(tag, Tally.NONE))
            .map(t -> t.takes(size, limits.senderEnvelopes(), limits.senderBytes()))
            .orElse(true);
  }

  /// Counts an envelope in.
  public void add(long size, Optional<Bytes> sender) {
    all = all.plus(size);
    sender.ifPresent(tag -> bySender.merge(tag, Tally.NONE.plus(size), (t, _) -> t.plus(size)));
  }

  /// Counts an envelope out.
  public void remove(long size, Optional<Bytes> sender) {
    all = all.minus(size);
    sender.ifPresent(
        tag -> bySender.computeIfPresent(tag, (_, t) -> t.envelopes() <= 1 ? null : t.minus(size)));
  }

  void load(Optional<Bytes> sender, Tally tally) {
    all = new Tally(all.envelopes() + tally.envelopes(), all.bytes() + tally.bytes());
    sender.ifPresent(tag -> bySender.merge(tag, tally, Tally::plus));
  }

  /// Notes since when it misses envelopes, unless that is noted.
  public void noteGap(Session session, AccountId account, long now) throws SQLException {
    if (missedSince == 0) {
      missedSince = now;
      session.update(
          "UPDATE device SET missed_since = ? WHERE account_id = ? AND device_id = ?",
          now,
          account.bytes(),
          device);
    }
  }

  /// Whether parts of its mailbox are cold. Any thread: a *no* is true as long as this state is in
  /// the owner's cache and the owner owns the bucket.
  public boolean hasCold() {
    return segments > 0;
  }

  /// Whether an envelope of this key may lie in a segment; wrong once in 2^50 cases.
  boolean mayHaveCold(Bytes dedupe) {
    return segments > 0 && Arrays.binarySearch(coldKeys, beginning(dedupe)) >= 0;
  }

  private static long beginning(Bytes dedupe) {
    return ByteBuffer.wrap(dedupe.toArray()).getLong();
  }

  private static LongStream keys(Directory directory) {
    return directory.entries().stream().mapToLong(entry -> beginning(entry.dedupe()));
  }

  /// Notes a segment more.
  @SuppressWarnings("NonAtomicVolatileUpdate") // only the writer writes
  void addCold(Directory directory) {
    segments++;
    coldKeys = LongStream.concat(Arrays.stream(coldKeys), keys(directory)).sorted().toArray();
  }

  /// Notes a segment less, once that is committed.
  void removeCold(Directory directory) {
    leaving++;
    Set<Long> gone = new HashSet<>();
    keys(directory).forEach(gone::add);
    coldKeys = Arrays.stream(coldKeys).filter(key -> !gone.contains(key)).toArray();
  }

  /// Puts a position at the end of the chain.
  ///
  /// @return the one before it
  long follow(long position) {
    long previous = given;
    given = position;
    return previous;
  }

  /// Shows what has been committed to other threads.
  @SuppressWarnings("NonAtomicVolatileUpdate") // only the writer writes
  void settle() {
    last = given;
    if (leaving > 0) {
      segments -= leaving;
      leaving = 0;
    }
  }
}
