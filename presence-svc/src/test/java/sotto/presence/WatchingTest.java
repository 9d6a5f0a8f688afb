package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.presence.Relay.connected;
import static sotto.presence.Relay.disconnected;
import static sotto.presence.Relay.published;
import static sotto.presence.Relay.unwatched;
import static sotto.presence.Relay.watched;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;

final class WatchingTest {
  private static final AccountId ALICE = new AccountId(1, 2);
  private static final AccountId BOB = new AccountId(3, 4);
  private static final int KEY = 1;
  private static final int OTHER_KEY = 2;

  private final Pod pod = Pod.settled();
  private final Relay home = pod.relay("home", 1);
  private final Relay watcher = pod.relay("watcher", 1);

  @AfterEach
  void close() {
    pod.close();
  }

  @Test
  void aWatchIsAnsweredOnce_thenOnEachChange() {
    watcher.apply(watched(7, ALICE, KEY));
    assertThat(watcher.nextSeen(7)).isFalse();

    home.apply(connected(ALICE, 1, 10), published(ALICE, 1, 10, true, KEY));
    assertThat(watcher.nextSeen(7)).isTrue();

    home.apply(disconnected(ALICE, 1, 10));
    assertThat(watcher.nextSeen(7)).isFalse();
  }

  @Test
  void aWatchOfOneWhoIsThere_isAnsweredOnline() {
    home.apply(connected(ALICE, 1, 10), published(ALICE, 1, 10, true, OTHER_KEY, KEY));

    watcher.apply(watched(7, ALICE, KEY));

    assertThat(watcher.nextSeen(7)).isTrue();
  }

  @Test
  void wrongAccessKey_neverSeesMoreThanOffline() {
    watcher.apply(watched(7, ALICE, OTHER_KEY));
    assertThat(watcher.nextSeen(7)).isFalse();

    home.apply(connected(ALICE, 1, 10), published(ALICE, 1, 10, true, KEY));
    home.apply(disconnected(ALICE, 1, 10));

    watcher.hearsNothing();
  }

  @Test
  void whoHasPublishedNothingOrIsInvisible_isOffline() {
    home.apply(connected(ALICE, 1, 10), connected(BOB, 1, 10));
    home.apply(published(BOB, 1, 10, false, KEY));

    watcher.apply(watched(7, ALICE, KEY));
    assertThat(watcher.nextSeen(7)).isFalse();
    watcher.apply(watched(8, BOB, KEY));
    assertThat(watcher.nextSeen(8)).isFalse();
  }

  @Test
  void accessKeyThatIsWithdrawn_seesOffline() {
    home.apply(connected(ALICE, 1, 10), published(ALICE, 1, 10, true, KEY));
    watcher.apply(watched(7, ALICE, KEY));
    assertThat(watcher.nextSeen(7)).isTrue();

    home.apply(published(ALICE, 1, 10, true, OTHER_KEY));

    assertThat(watcher.nextSeen(7)).isFalse();
  }

  @Test
  void publicationOfAnotherConnection_isIgnored() {
    home.apply(connected(ALICE, 1, 10));
    watcher.apply(watched(7, ALICE, KEY));
    assertThat(watcher.nextSeen(7)).isFalse();

    home.apply(published(ALICE, 1, 9, true, KEY), published(ALICE, 2, 10, true, KEY));
    watcher.apply(published(ALICE, 1, 10, true, KEY));

    watcher.hearsNothing();
  }

  @Test
  void oneDeviceOfTwoStays_isStillOnline() {
    home.apply(
        connected(ALICE, 1, 10),
        connected(ALICE, 2, 4),
        published(ALICE, 1, 10, true, KEY),
        published(ALICE, 2, 4, true, KEY));
    watcher.apply(watched(7, ALICE, KEY));
    assertThat(watcher.nextSeen(7)).isTrue();

    home.apply(disconnected(ALICE, 1, 10));
    watcher.hearsNothing();

    home.apply(disconnected(ALICE, 2, 4));
    assertThat(watcher.nextSeen(7)).isFalse();
  }

  @Test
  void relayThatDies_turnsItsAccountsOfflineWithinItsLease() {
    home.apply(connected(ALICE, 1, 10), published(ALICE, 1, 10, true, KEY));
    watcher.apply(watched(7, ALICE, KEY));
    assertThat(watcher.nextSeen(7)).isTrue();
    home.vanish();

    pod.pass(Duration.ofSeconds(5));
    watcher.renew();
    watcher.hearsNothing();
    pod.pass(Duration.ofMillis(5_500));

    assertThat(watcher.nextLost()).isEqualTo("home");
    assertThat(watcher.nextSeen(7)).isFalse();
  }

  @Test
  void entryOfAnOldEpoch_isOfflineBeforeItIsRemoved() {
    home.apply(connected(ALICE, 1, 10), published(ALICE, 1, 10, true, KEY));
    pod.relay("home", 2);

    watcher.apply(watched(7, ALICE, KEY));

    assertThat(watcher.nextLost()).isEqualTo("home");
    assertThat(watcher.nextSeen(7)).isFalse();
  }

  @Test
  void unwatched_hearsNothingMore() {
    watcher.apply(watched(7, ALICE, KEY));
    assertThat(watcher.nextSeen(7)).isFalse();
    watcher.apply(unwatched(7));

    home.apply(connected(ALICE, 1, 10), published(ALICE, 1, 10, true, KEY));

    watcher.hearsNothing();
  }

  @Test
  void sameWatchNumberForAnotherAccount_replacesTheFirst() {
    watcher.apply(watched(7, ALICE, KEY));
    assertThat(watcher.nextSeen(7)).isFalse();
    watcher.apply(watched(7, BOB, KEY));
    assertThat(watcher.nextSeen(7)).isFalse();

    home.apply(connected(ALICE, 1, 10), published(ALICE, 1, 10, true, KEY));
    watcher.hearsNothing();

    home.apply(connected(BOB, 1, 10), published(BOB, 1, 10, true, KEY));
    assertThat(watcher.nextSeen(7)).isTrue();
  }

  @Test
  void watchesEndWithTheStream() {
    watcher.apply(watched(7, ALICE, KEY));
    assertThat(watcher.nextSeen(7)).isFalse();

    Relay again = pod.relay("watcher", 1);
    home.apply(connected(ALICE, 1, 10), published(ALICE, 1, 10, true, KEY));

    again.hearsNothing();
  }
}
