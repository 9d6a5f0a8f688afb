package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.presence.Relay.connected;
import static sotto.presence.Relay.watched;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;

final class WarmingTest {
  private static final AccountId ALICE = new AccountId(1, 2);

  private final Pod pod = new Pod();

  @AfterEach
  void close() {
    pod.close();
  }

  @Test
  void afterTheStart_absenceProvesNothingForOneLease() {
    Relay relay = pod.relay("r1", 1);
    relay.complete();
    pod.pass(Duration.ofMillis(9_750));
    assertThat(pod.locate(ALICE).getWarming()).isTrue();

    relay.renew();
    pod.pass(Duration.ofMillis(250));
    assertThat(pod.locate(ALICE).getWarming()).isFalse();
  }

  @Test
  void relayThatHasNotRegisteredAllItsStreams_keepsItWarming() {
    pod.pass(Duration.ofSeconds(11));
    assertThat(pod.locate(ALICE).getWarming()).isFalse();

    Relay relay = pod.relay("r1", 1);
    assertThat(pod.locate(ALICE).getWarming()).isTrue();

    relay.complete();
    assertThat(pod.locate(ALICE).getWarming()).isFalse();

    Relay again = pod.relay("r1", 1);
    assertThat(pod.locate(ALICE).getWarming()).isTrue();
    again.complete();
    assertThat(pod.locate(ALICE).getWarming()).isFalse();
  }

  @Test
  void readerWithAnotherListOfPods_getsWarming_untilEveryRelayGoesByIt() {
    pod.pass(Duration.ofSeconds(11));
    Relay first = pod.relay("r1", 1);
    Relay second = pod.relay("r2", 1);
    first.complete(1);
    second.complete(1);
    assertThat(pod.locate(ALICE, 1).getWarming()).isFalse();
    assertThat(pod.locate(ALICE, 2).getWarming()).isTrue();

    first.complete(2);
    assertThat(pod.locate(ALICE, 1).getWarming()).isTrue();
    assertThat(pod.locate(ALICE, 2).getWarming()).isTrue();

    second.complete(2);
    assertThat(pod.locate(ALICE, 1).getWarming()).isTrue();
    assertThat(pod.locate(ALICE, 2).getWarming()).isFalse();
  }

  @Test
  void watcherIsNotTold_offline_beforeThePodKnows() {
    Relay watcher = pod.relay("r1", 1);
    watcher.apply(watched(7, ALICE, 1));
    pod.pass(Duration.ofSeconds(5));
    watcher.hearsNothing();

    pod.pass(Duration.ofSeconds(6));
    assertThat(watcher.nextSeen(7)).isFalse();
  }

  @Test
  void whoIsThere_isLocatedWhileWarming() {
    pod.relay("r1", 1).apply(connected(ALICE, 1, 10));

    assertThat(pod.where(ALICE)).containsExactly("1@r1#10");
    assertThat(pod.locate(ALICE).getWarming()).isTrue();
  }
}
