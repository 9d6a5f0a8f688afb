package sotto.relay.stream;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.PresenceEvent;
import sotto.chat.v1.PresenceEvents;
import sotto.chat.v1.PresenceUpdate;
import sotto.relay.route.Registration;
import sotto.relay.route.Watches;

/// The presence of one stream: what it publishes, whom it watches, and the newest news of each
/// watched account that the client has not taken yet (bounded by the watches). In the stream's turn
/// only.
final class StreamPresence {
  private static final int EVENTS_PER_FRAME = 256;
  private static final long FIVE_MINUTES = 300_000;

  private final DeviceAddress self;
  private final Behind behind;
  private final Watches.Watcher watcher;
  private final BooleanSupplier ready;
  private final Consumer<PresenceEvents> client;
  private final LinkedHashMap<ByteString, PresenceEvent> newest = new LinkedHashMap<>(0);
  private boolean visible;
  private List<ByteString> accessKeyHashes = List.of();

  /// Presence of a stream that publishes and watches nothing yet.
  ///
  /// @param watcher the stream, as it is told of those it watches
  /// @param ready whether the client takes more
  /// @param client where events go
  StreamPresence(
      DeviceAddress self,
      Behind behind,
      Watches.Watcher watcher,
      BooleanSupplier ready,
      Consumer<PresenceEvents> client) {
    this.self = self;
    this.behind = behind;
    this.watcher = watcher;
    this.ready = ready;
    this.client = client;
  }

  /// The client publishes and watches.
  void update(PresenceUpdate update, Optional<Registration> registration) {
    if (update.hasPublish() && registration.isPresent()) {
      visible = update.getPublish().getVisible();
      accessKeyHashes = List.copyOf(update.getPublish().getAccessKeyHashesList());
      behind.presence().published(registration.get(), visible, accessKeyHashes);
    }
    for (var account : update.getUnwatchList()) {
      behind.watches().unwatch(watcher, new AccountId(account.toByteArray()));
      newest.remove(account);
    }
    for (var watch : update.getWatchList()) {
      behind
          .watches()
          .watch(
              watcher,
              new AccountId(watch.getAccountId().toByteArray()),
              watch.getAccessKey(),
              behind.config().maxWatches());
    }
  }

  /// News of a watched account.
  void add(PresenceEvent event) {
    newest.put(event.getAccountId(), event);
    flush();
  }

  /// Sends what the client takes.
  void flush() {
    while (!newest.isEmpty() && ready.getAsBoolean()) {
      var events = PresenceEvents.newBuilder();
      for (var next = newest.values().iterator();
          next.hasNext() && events.getEventsCount() < EVENTS_PER_FRAME; ) {
        events.addEvents(next.next());
        next.remove();
      }
      client.accept(events.build());
    }
  }

  /// The stream has ended and was forgotten: with the last one of a visible account it is noted
  /// when that was, rounded down to five minutes.
  void ended() {
    behind.watches().forget(watcher);
    if (visible && !behind.streams().has(self.account())) {
      long now = behind.clock().millis();
      behind
          .mailboxes()
          .noteLastSeen(self.account(), now - Math.floorMod(now, FIVE_MINUTES), accessKeyHashes);
    }
  }
}
