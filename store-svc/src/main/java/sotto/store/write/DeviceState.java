package sotto.store.write;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import sotto.chain.Bytes;

/// What the owner knows of one device. Belongs to the writer's thread, but for [#last].
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
    sender.ifPresent(tag -> bySender.put(tag, tally));
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
  void settle() {
    last = given;
  }
}
