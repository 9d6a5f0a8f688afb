package sotto.client.internal.engine;

import java.util.HashMap;
import java.util.Map;
import sotto.chain.AccountId;

/// How the way from this device to one group stands. Belongs to the store's lane.
final class GroupTraffic {
  private static final class Later {
    long notBefore;
    int refusals;
  }

  final long contact;

  /// A frame is not answered.
  boolean inFlight;

  /// Nothing can go before something else happens.
  boolean stuck;

  private final Map<AccountId, Later> members = new HashMap<>();
  private long notBefore = System.nanoTime();
  private int refusals;
  private long sentAt = System.nanoTime();
  private boolean waitsForKeys;
  private long keysSince;
  private boolean grace;
  private long graceSince;

  GroupTraffic(long contact) {
    this.contact = contact;
  }

  /// A new stream: nothing is in flight on it.
  void restartOnNewStream() {
    inFlight = false;
    members.clear();
    refusals = 0;
    notBefore = System.nanoTime();
  }

  /// A frame went out.
  void sent() {
    inFlight = true;
    grace = false;
    sentAt = System.nanoTime();
  }

  /// Somebody has a message.
  void progressed() {
    refusals = 0;
  }

  /// Counts a refusal of the whole frame.
  ///
  /// @return how many there were before in a row
  int refused() {
    return refusals++;
  }

  /// Counts a refusal for one member.
  ///
  /// @return how many there were before in a row
  int refused(AccountId member) {
    return members.computeIfAbsent(member, _ -> new Later()).refusals++;
  }

  /// A member has the message.
  void accepted(AccountId member) {
    members.remove(member);
  }

  void pause(long millis) {
    notBefore = System.nanoTime() + millis * 1_000_000;
  }

  boolean paused() {
    return notBefore - System.nanoTime() > 0;
  }

  void pause(AccountId member, long millis) {
    members.computeIfAbsent(member, _ -> new Later()).notBefore =
        System.nanoTime() + millis * 1_000_000;
  }

  /// What a member waited for is there.
  void unpaused(AccountId member) {
    Later later = members.get(member);
    if (later != null) {
      later.notBefore = System.nanoTime();
    }
  }

  boolean paused(AccountId member) {
    Later later = members.get(member);
    return later != null && later.notBefore - System.nanoTime() > 0;
  }

  /// Whether to wait for keys that are on their way: for a time since they are, and no longer.
  boolean waitsForKeys(boolean coming, long millis) {
    if (!coming) {
      waitsForKeys = false;
      return false;
    }
    if (!waitsForKeys) {
      waitsForKeys = true;
      keysSince = System.nanoTime();
    }
    return System.nanoTime() - keysSince < millis * 1_000_000;
  }

  /// Whether a frame for a few that follow is to wait for more of them.
  boolean gathers(long millis) {
    return System.nanoTime() - sentAt < millis * 1_000_000;
  }

  /// Whether a message whose files are on their way has kept its place long enough; the first
  /// question starts the time.
  boolean graceOver() {
    if (!grace) {
      grace = true;
      graceSince = System.nanoTime();
    }
    return System.nanoTime() - graceSince >= Traffic.GRACE_MILLIS * 1_000_000;
  }
}
