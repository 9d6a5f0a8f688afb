package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import sotto.chain.AccountId;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.PresenceEvent;
import sotto.chat.v1.PresenceEvents;
import sotto.chat.v1.PresenceUpdate;
import sotto.chat.v1.Publish;
import sotto.chat.v1.Watch;
import sotto.client.Event;
import sotto.client.internal.net.ChatStream;
import sotto.client.internal.store.ContactRow;

/// Own presence, and that of watched contacts. Kept in memory, said again on each connection.
final class Presence {
  private static final int MAX_WATCHED = 256;

  private final Core core;
  private final Set<AccountId> watched = ConcurrentHashMap.newKeySet();
  private volatile boolean visible;

  Presence(Core core) {
    this.core = core;
  }

  /// Shows this account as online to accepted contacts, or no longer.
  void appear(boolean shown) {
    visible = shown;
    core.session().ifPresent(session -> publish(session.stream()));
  }

  /// Watches an account as long as the home is open.
  void watch(AccountId account) {
    if (watched.size() < MAX_WATCHED && watched.add(account)) {
      accessKeyLearned(account);
    }
  }

  /// Watches an account no longer.
  void unwatch(AccountId account) {
    watched.remove(account);
  }

  /// Says once more whether this account shows itself: to those who have the key of now.
  void sayAgain() {
    if (visible) {
      core.session().ifPresent(session -> publish(session.stream()));
    }
  }

  /// An account's access key came: if it is watched, the server can be asked now.
  void accessKeyLearned(AccountId account) {
    if (watched.contains(account)) {
      core.session().ifPresent(session -> watch(session.stream(), account));
    }
  }

  /// A new stream is open.
  void connected(ChatStream stream) {
    if (visible) {
      publish(stream);
    }
    watched.forEach(account -> watch(stream, account));
  }

  private void publish(ChatStream stream) {
    Publish.Builder publish = Publish.newBuilder().setVisible(visible);
    publish.addAccessKeyHashes(
        ByteString.copyFrom(core.self().profileKey().accessKey().hash().toArray()));
    stream.send(
        ClientFrame.newBuilder()
            .setPresence(PresenceUpdate.newBuilder().setPublish(publish))
            .build());
  }

  private void watch(ChatStream stream, AccountId account) {
    var _ =
        core.lane()
            .submit(tx -> {
              Optional<byte[]> key =
                  core.store().contacts().find(account).flatMap(ContactRow::accessKey);
              key.ifPresent(k -> tx.afterCommit(() -> stream.send(frame(account, k))));
              return true;
            });
  }

  private static ClientFrame frame(AccountId account, byte[] accessKey) {
    return ClientFrame.newBuilder()
        .setPresence(
            PresenceUpdate.newBuilder()
                .addWatch(
                    Watch.newBuilder()
                        .setAccountId(ByteString.copyFrom(account.bytes()))
                        .setAccessKey(ByteString.copyFrom(accessKey))))
        .build();
  }

  /// Presence of watched accounts came. Network thread.
  void events(PresenceEvents events) {
    for (PresenceEvent event : events.getEventsList()) {
      if (event.getAccountId().size() == AccountId.LENGTH) {
        AccountId account = new AccountId(event.getAccountId().toByteArray());
        if (watched.contains(account)) {
          var _ =
              core.lane()
                  .submit(tx -> {
                    tx.afterCommit(() -> tell(account, event));
                    return true;
                  });
        }
      }
    }
  }

  private void tell(AccountId account, PresenceEvent event) {
    Optional<Instant> lastSeen =
        event.getLastSeenMs() > 0
            ? Optional.of(Instant.ofEpochMilli(event.getLastSeenMs()))
            : Optional.empty();
    core.live(
        account,
        contact -> new Event.PresenceChanged(Event.LIVE, contact, event.getOnline(), lastSeen));
  }
}
