package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;
import static sotto.relay.TestRelay.NOW;
import static sotto.relay.TestRelay.await;
import static sotto.relay.TestRelay.take;

import com.google.protobuf.ByteString;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chat.v1.PresenceUpdate;
import sotto.chat.v1.Publish;
import sotto.chat.v1.Watch;

class PresenceTest {
  private static final ByteString ACCESS_KEY = ByteString.copyFrom(new byte[16]);
  private static final ByteString HASH = ByteString.copyFrom(new byte[32]);

  private final TestRelay relay = new TestRelay();

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void watchedAccount_isToldOnline_andOfflineWithWhenItWasLastSeen() {
    var alice = relay.client(ALICE).live(1);
    watchBob(alice);
    long watch = nextWatch();

    relay.presence.seen(watch, true);
    var online = alice.next().getPresence().getEvents(0);
    assertThat(online.getOnline()).isTrue();
    assertThat(online.getAccountId()).isEqualTo(id());

    relay.presence.seen(watch, false);
    relay.advanceUntil(Duration.ofMillis(50), () -> !alice.frames.isEmpty());
    var offline = alice.next().getPresence().getEvents(0);
    assertThat(offline.getOnline()).isFalse();
    assertThat(offline.getLastSeenMs()).isEqualTo(300_000);
  }

  @Test
  void twoStreamsWithOneKey_shareAWatch_andTheSecondHearsWhatIsKnown() {
    var first = relay.client(ALICE).live(1);
    watchBob(first);
    long watch = nextWatch();
    relay.presence.seen(watch, true);
    assertThat(first.next().hasPresence()).isTrue();

    var second = relay.client(BOB).live(1);
    watchBob(second);

    assertThat(second.next().getPresence().getEvents(0).getOnline()).isTrue();
    assertThat(relay.presence.changes).noneMatch(c -> c.hasWatched());
  }

  @Test
  void closedStream_watchesNoLonger() {
    var alice = relay.client(ALICE).live(1);
    watchBob(alice);
    nextWatch();

    alice.out().onCompleted();

    await(() -> relay.presence.changes.stream().anyMatch(c -> c.hasUnwatched()));
  }

  @Test
  void visibleAccountsLastDisconnect_isNotedRoundedDown_withWhoMayKnow() {
    var bob = relay.client(BOB).live(1);
    publish(bob, true);
    await(() -> relay.presence.changes.stream().anyMatch(c -> c.hasPublished()));

    bob.out().onCompleted();

    var seen = take(relay.mailbox.lastSeen);
    assertThat(seen.getAccountId()).isEqualTo(id());
    assertThat(seen.getLastSeenMs()).isEqualTo(NOW.minus(Duration.ofMinutes(3)).toEpochMilli());
    assertThat(seen.getAccessKeyHashesList()).containsExactly(HASH);
  }

  @Test
  void invisibleAccountsDisconnect_isNotNoted() {
    var bob = relay.client(BOB).live(1);
    publish(bob, false);

    bob.out().onCompleted();

    await(() -> relay.presence.changes.stream().anyMatch(c -> c.hasDisconnected()));
    assertThat(relay.mailbox.lastSeen).isEmpty();
  }

  private long nextWatch() {
    while (true) {
      var change = take(relay.presence.changes);
      if (change.hasWatched()) {
        assertThat(change.getWatched().getAccessKey()).isEqualTo(ACCESS_KEY);
        return change.getWatched().getWatch();
      }
    }
  }

  private static void watchBob(TestClient client) {
    client.frame(f ->
        f.setPresence(
            PresenceUpdate.newBuilder()
                .addWatch(Watch.newBuilder().setAccountId(id()).setAccessKey(ACCESS_KEY))));
  }

  private static void publish(TestClient client, boolean visible) {
    client.frame(f ->
        f.setPresence(
            PresenceUpdate.newBuilder()
                .setPublish(Publish.newBuilder().setVisible(visible).addAccessKeyHashes(HASH))));
  }

  private static ByteString id() {
    return ByteString.copyFrom(BOB.account().bytes());
  }
}
