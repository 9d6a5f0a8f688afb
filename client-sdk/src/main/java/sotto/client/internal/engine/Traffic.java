package sotto.client.internal.engine;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.client.internal.store.OutboxRow.Channel;

/// The lane from this device to one account on the current stream (protocol L1). Belongs to the
/// store's lane.
///
/// ```
/// flowing ── refused ──▶ draining ── all in flight answered ──▶ flowing, next generation, from the first row left
/// flowing ── a chain or bundles are missing ──▶ fetching ── they came ──▶ flowing
/// ```
final class Traffic {
  static final int MAX_IN_FLIGHT = 32;

  /// How long a message whose files are on their way holds up what was written after it.
  static final long GRACE_MILLIS = 3000;

  final AccountId account;
  final Set<Long> inFlight = new HashSet<>();
  final Set<DeviceId> withoutBundle = new HashSet<>();

  /// By which way what is in flight goes; another one only when nothing is.
  Channel channel = Channel.IDENTIFIED;

  // Counts restarts on the stream of each way, from 1.
  private final Map<Channel, Integer> generations = new EnumMap<>(Channel.class);

  /// The last row that was sent in this generation.
  long cursor;

  /// Receipts go with the next rows, however young they are.
  boolean receiptsDue = true;

  boolean draining;
  boolean fetching;

  /// Nothing goes until the contact's name has been looked up again.
  boolean held;

  /// Nothing goes before this time of [System#nanoTime], if [#waits].
  long notBefore;

  boolean waits;

  /// Since when rows wait behind a message whose files are on their way, if [#grace].
  long graceSince;

  boolean grace;

  /// Passing refusals in a row.
  int refusals;

  Traffic(AccountId account) {
    this.account = account;
  }

  /// The lane's generation on its stream.
  int generation() {
    return generations.getOrDefault(channel, 1);
  }

  /// The stream of sealed sends is over: nothing is in flight on it.
  void restartSealed() {
    generations.remove(Channel.SEALED);
    if (channel == Channel.SEALED) {
      inFlight.clear();
      cursor = 0;
      draining = false;
    }
  }

  /// A new stream: nothing is in flight on it.
  void restartOnNewStream() {
    inFlight.clear();
    withoutBundle.clear();
    generations.clear();
    cursor = 0;
    receiptsDue = true;
    draining = false;
    fetching = false;
    held = false;
  }

  /// After a refusal, when all in flight are answered.
  void nextGeneration() {
    generations.merge(channel, 2, (now, _) -> now + 1);
    cursor = 0;
    draining = false;
  }

  /// Whether a message whose files are on their way has kept its place long enough; the first
  /// question starts the time.
  boolean graceOver() {
    if (!grace) {
      grace = true;
      graceSince = System.nanoTime();
    }
    return System.nanoTime() - graceSince >= GRACE_MILLIS * 1_000_000;
  }

  /// Nothing waits for files any more.
  void endGrace() {
    grace = false;
  }

  /// Waits until a time.
  void pause(long nanos) {
    notBefore = System.nanoTime() + nanos;
    waits = true;
  }

  /// Whether it waits now.
  boolean paused() {
    waits = waits && notBefore - System.nanoTime() > 0;
    return waits;
  }
}
