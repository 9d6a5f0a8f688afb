package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.SendResult;
import sotto.chat.v1.ServerFrame;
import sotto.proto.Reason;

/// Relays over several store pods (protocol B3, L1). `first` is whom the pod list gives Bob's
/// bucket to; the others follow.
class ManyStoresTest {
  private static final Duration STEP = Duration.ofMillis(20);
  // Each in a bucket of its own.
  private static final DeviceAddress ALICE = device(1);
  private static final DeviceAddress BOB = device(2);
  private static final DeviceAddress CAROL = device(3);

  private final TestRelay relay = new TestRelay("a:1", "b:1", "c:1");
  private final List<String> ranked = relay.stores.list().ranked(BOB.account().bucket());
  private final String first = ranked.get(0);
  private final String second = ranked.get(1);
  private final String third = ranked.get(2);

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void moved_isFollowed_andRemembered_withoutTheClientNoticing() {
    relay.stores.boxes.give(BOB.account(), third);
    var alice = relay.client(ALICE).live(1);
    alice.send(BOB, "one");
    assertThat(accepted(alice, 1)).hasSize(1);
    int asked = relay.stores.mailbox(first).appends.size();

    alice.send(BOB, "two");

    assertThat(accepted(alice, 1)).hasSize(1);
    assertThat(asked).isOne();
    assertThat(relay.stores.mailbox(first).appends).hasSize(1);
    assertThat(relay.stores.mailbox(third).texts(BOB)).containsExactly("one", "two");
  }

  @Test
  void ownerThatDies_isSucceeded_andTheLaneGoesOnInOrder_nothingDoubled() {
    var bob = relay.client(BOB).live(1);
    var alice = relay.client(ALICE).live(1);
    var texts = texts(100);
    texts.subList(0, 50).forEach(text -> alice.send(BOB, text));
    assertThat(accepted(alice, 50)).hasSize(50);
    relay.stores.mailbox(first).hold();
    texts.subList(50, 75).forEach(text -> alice.send(BOB, text));
    await(() -> relay.stores.mailbox(first).appends.size() == 75);

    relay.stores.kill(first);
    texts.subList(75, 100).forEach(text -> alice.send(BOB, text));

    assertThat(accepted(alice, 50)).hasSize(50);
    assertThat(relay.stores.mailbox(second).texts(BOB)).isEqualTo(texts);
    assertThat(relay.stores.boxes.owner(BOB.account())).contains(second);
    var received = new ArrayList<String>();
    relay.advanceUntil(
        STEP,
        () -> {
          while (!bob.frames.isEmpty()) {
            received.addAll(TestClient.texts(bob.next().getDeliver().getDeliveriesList()));
          }
          return received.size() >= texts.size();
        });
    assertThat(received).isEqualTo(texts);
  }

  @Test
  void ownerThatDiesAfterItStored_isSucceeded_andNothingIsStoredTwice() {
    var alice = relay.client(ALICE).live(1);
    relay.stores.mailbox(first).loseAnswers();
    var texts = texts(20);
    texts.forEach(text -> alice.send(BOB, text));
    await(() -> relay.stores.mailbox(first).texts(BOB).size() == 1);

    relay.stores.kill(first);

    assertThat(accepted(alice, 20)).hasSize(20);
    assertThat(relay.stores.mailbox(second).texts(BOB)).isEqualTo(texts);
  }

  @Test
  void leavingPod_isLeft_atOnce_whileItStillAnswers() {
    var alice = relay.client(ALICE).live(1);
    alice.send(BOB, "one");
    accepted(alice, 1);

    relay.stores.boxes.leave(first);
    alice.send(BOB, "two");

    assertThat(accepted(alice, 1)).hasSize(1);
    assertThat(relay.stores.boxes.owner(BOB.account())).contains(second);
  }

  @Test
  void relaysWithDifferentLists_settleOnOneOwner() {
    var other = relay.secondRelay(TestConfigs.named("second"), relay.stores.listing(second, third));
    var alice = relay.client(ALICE).live(1);
    var carol = relay.client(other, CAROL).live(1);

    for (int i = 0; i < 5; i++) {
      alice.send(BOB, "a" + i);
      accepted(alice, 1);
      carol.send(BOB, "c" + i);
      accepted(carol, 1);
    }

    assertThat(relay.stores.boxes.epoch(BOB.account())).isOne();
    assertThat(relay.stores.mailbox(first).texts(BOB)).hasSize(10);
    assertThat(relay.stores.mailbox(second).appends).hasSize(1);
  }

  @Test
  void ownerThatOnlyOtherPodsReach_isReachedThroughOne_andDirectlyWhenItCanBe() {
    relay.stores.boxes.give(BOB.account(), third);
    relay.stores.cutOff(third);
    var bob = relay.client(BOB);
    bob.hello(1);
    relay.advanceUntil(STEP, () -> bob.frames.size() == 2);
    var alice = relay.client(ALICE).live(1);
    texts(50).forEach(text -> alice.send(BOB, text));

    assertThat(accepted(alice, 50)).hasSize(50);
    assertThat(relay.stores.mailbox(third).texts(BOB)).isEqualTo(texts(50));
    assertThat(relay.stores.boxes.owner(BOB.account())).contains(third);
    assertThat(relay.stores.passed).contains(first + " " + third);

    relay.stores.mend(third);
    relay.advance(Duration.ofSeconds(6));
    alice.send(BOB, "directly");
    accepted(alice, 1);
    relay.stores.passed.clear();
    alice.send(BOB, "and again");
    accepted(alice, 1);
    assertThat(relay.stores.passed).isEmpty();
  }

  @Test
  void readsAcksAndMissedChecks_findTheOwner_afterItHasChanged() {
    var bob = relay.client(BOB).live(1);
    relay.stores.boxes.give(BOB.account(), third);
    var alice = relay.client(ALICE).live(1);
    alice.send(BOB, "in a new epoch");
    accepted(alice, 1);
    // A hole (protocol P1, P2): the mailbox is read.
    relay.advanceUntil(STEP, () -> !bob.frames.isEmpty());
    bob.ack(bob.deliveries(1).getFirst().getPosition());
    await(() -> relay.mailbox.positions(BOB).isEmpty());

    relay.stores.boxes.give(BOB.account(), second);
    relay.mailbox.put(BOB, "nobody told");
    untilTheMissedCheck(bob);
    await(() -> bob.frames.stream().anyMatch(ServerFrame::hasDeliver));

    var missed =
        bob.frames.stream().flatMap(f -> f.getDeliver().getDeliveriesList().stream()).toList();
    assertThat(TestClient.texts(missed)).containsExactly("nobody told");
    relay.stores.boxes.give(BOB.account(), first);
    bob.ack(missed.getFirst().getPosition());
    await(() -> relay.mailbox.positions(BOB).isEmpty());
  }

  @Test
  void removedDevice_isCut_byTheCheck_thoughItsOwnerHasChanged() {
    var bob = relay.client(BOB).live(1);
    relay.stores.boxes.give(BOB.account(), third);
    relay.mailbox.remove(BOB);

    untilTheMissedCheck(bob);

    assertThat(bob.reason()).isEqualTo(Reason.DEVICE_REMOVED);
  }

  @Test
  void openingOfADeviceElsewhere_isSentOn_withTheSameNumber() {
    relay.stores.boxes.give(BOB.account(), third);

    relay.client(BOB).live(1);

    assertThat(relay.stores.boxes.numbers).containsEntry(BOB, 1L);
  }

  /// A store asks a silent owner for two seconds, while somebody wants to know: a device that came
  /// only once would be turned away for ever.
  @Test
  void openingThatAStoreCannotDecideYet_isAskedAgain_untilItCan() {
    relay.stores.mailbox(first).doubtOpenings(5);
    var bob = relay.client(BOB).hello(1);

    relay.advanceUntil(STEP, () -> !bob.frames.isEmpty() || bob.ended.isDone());

    assertThat(bob.next().hasWelcome()).isTrue();
    assertThat(relay.stores.boxes.numbers).containsEntry(BOB, 1L);
  }

  private static DeviceAddress device(long n) {
    return new DeviceAddress(new AccountId(n << 60, n), DeviceId.FIRST);
  }

  /// Lets a quarter of an hour pass in which a client pings.
  private void untilTheMissedCheck(TestClient client) {
    for (int i = 0; i < 31 && !client.ended.isDone(); i++) {
      relay.advance(Duration.ofSeconds(30));
      int before = client.frames.size();
      client.ping(i);
      await(() -> client.frames.size() > before || client.ended.isDone());
    }
  }

  private static List<String> texts(int count) {
    return IntStream.range(0, count).mapToObj(i -> "m" + i).toList();
  }

  /// Turns the wheel until so many results are there; none may be another than *accepted*.
  private List<SendResult> accepted(TestClient client, int count) {
    var results = new ArrayList<SendResult>();
    relay.advanceUntil(
        STEP,
        () -> {
          while (!client.frames.isEmpty()) {
            results.add(client.result());
          }
          return results.size() >= count;
        });
    assertThat(results).allMatch(SendResult::hasAccepted).hasSize(count);
    return results;
  }
}
