package sotto.relay.route;

import com.google.protobuf.ByteString;
import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.chat.v1.PresenceEvent;
import sotto.relay.mailbox.Mailboxes;
import sotto.relay.time.Wheel;

/// Which streams watch which accounts: one watch at presence for all streams that know the same key
/// of an account. What is offline is completed with when it was last seen, asked from the store
/// with that key.
///
/// Thread-safe: callers only queue; one turn does the rest, watchers are told in it.
public final class Watches {
  /// Who watches; identity counts. Must not block.
  public interface Watcher {
    /// The newest presence of one account.
    void presence(PresenceEvent event);
  }

  private static final Logger LOG = System.getLogger(Watches.class.getName());
  // The relay that lost the stream notes the time while presence tells of it.
  private static final long NOTE_MILLIS = 250;

  private final PresencePods presence;
  private final Mailboxes mailboxes;
  private final Wheel wheel;
  private final SynchronizationContext turn =
      new SynchronizationContext((thread, e) -> LOG.log(Level.ERROR, "a watch's turn failed", e));

  // Touched in the turn only.
  private final Map<Key, Watch> byKey = new HashMap<>();
  private final Map<Long, Watch> byNumber = new HashMap<>();
  private final Map<Watcher, Map<AccountId, Watch>> byWatcher = new HashMap<>();
  private long nextNumber = 1;

  private record Key(AccountId account, ByteString accessKey) {}

  private static final class Watch {
    final long number;
    final Key key;
    final Set<Watcher> watchers = new LinkedHashSet<>();
    Optional<PresenceEvent> newest = Optional.empty();
    long version;

    Watch(long number, Key key) {
      this.number = number;
      this.key = key;
    }
  }

  /// No watches.
  ///
  /// @param presence where watches are kept
  /// @param mailboxes whom to ask for last seen times
  /// @param wheel time
  public Watches(PresencePods presence, Mailboxes mailboxes, Wheel wheel) {
    this.presence = presence;
    this.mailboxes = mailboxes;
    this.wheel = wheel;
  }

  /// Watches an account; a second watch of it by the same watcher replaces the first.
  ///
  /// @param most how many accounts this watcher may watch; one more is ignored
  public void watch(Watcher watcher, AccountId account, ByteString accessKey, int most) {
    turn.execute(() -> {
      var own = byWatcher.computeIfAbsent(watcher, _ -> new HashMap<>());
      drop(watcher, own, account);
      if (own.size() >= most) {
        return;
      }
      var watch = byKey.computeIfAbsent(new Key(account, accessKey), this::start);
      watch.watchers.add(watcher);
      own.put(account, watch);
      watch.newest.ifPresent(watcher::presence);
    });
  }

  /// Ends a watch.
  public void unwatch(Watcher watcher, AccountId account) {
    turn.execute(() ->
        Optional.ofNullable(byWatcher.get(watcher)).ifPresent(own -> drop(watcher, own, account)));
  }

  /// Ends all watches of one watcher.
  public void forget(Watcher watcher) {
    turn.execute(() ->
        Optional.ofNullable(byWatcher.remove(watcher))
            .ifPresent(own -> List.copyOf(own.keySet()).forEach(a -> drop(watcher, own, a))));
  }

  /// Presence has spoken.
  public void seen(List<Long> numbers, boolean online) {
    turn.execute(() -> {
      for (var number : numbers) {
        Optional.ofNullable(byNumber.get(number)).ifPresent(watch -> seen(watch, online));
      }
    });
  }

  private Watch start(Key key) {
    var watch = new Watch(nextNumber++, key);
    byNumber.put(watch.number, watch);
    presence.watch(watch.number, key.account(), key.accessKey());
    return watch;
  }

  private void drop(Watcher watcher, Map<AccountId, Watch> own, AccountId account) {
    var watch = own.remove(account);
    if (watch == null) {
      return;
    }
    watch.watchers.remove(watcher);
    if (watch.watchers.isEmpty()) {
      byKey.remove(watch.key);
      byNumber.remove(watch.number);
      presence.unwatch(watch.number);
    }
  }

  private void seen(Watch watch, boolean online) {
    long version = ++watch.version;
    if (online) {
      tell(watch, version, true, 0);
      return;
    }
    wheel.after(
        NOTE_MILLIS,
        () ->
            mailboxes.lastSeen(
                watch.key.account(),
                watch.key.accessKey(),
                millis -> turn.execute(() -> tell(watch, version, false, millis))));
  }

  private static void tell(Watch watch, long version, boolean online, long lastSeenMillis) {
    if (watch.version != version) {
      return;
    }
    var event =
        PresenceEvent.newBuilder()
            .setAccountId(Mailboxes.bytes(watch.key.account()))
            .setOnline(online)
            .setLastSeenMs(lastSeenMillis)
            .build();
    watch.newest = Optional.of(event);
    watch.watchers.forEach(watcher -> watcher.presence(event));
  }
}
