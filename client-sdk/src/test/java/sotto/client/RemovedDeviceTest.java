package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.SignInResponse;
import sotto.chain.DeviceId;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.MismatchedDevices;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.client.Connection.State;
import sotto.client.SottoException.Code;

/// A device leaves its account: it learns that it did, and nobody writes to it any more.
final class RemovedDeviceTest {
  private static final Username ALICE = Username.of("alice");

  @TempDir Path folder;
  private TwoPeople people;
  private Sotto a1;
  private Sotto a2;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    a1 = people.register("alice");
    a2 = TwoDevices.link(people, a1, "a2");
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private static void awaitEvent(Sotto sotto, Predicate<Event> wanted) {
    List<Event> seen = new ArrayList<>();
    try (EventStream events = sotto.events("test")) {
      TwoPeople.await(() -> {
        events.next(Duration.ofMillis(10)).ifPresent(seen::add);
        return seen.stream().anyMatch(wanted);
      });
    }
  }

  @Test
  void removedDevice_knowsIt_andItsHistoryStaysReadable() {
    Sotto bob = people.register("bob");
    bob.conversationWith(Username.of("alice")).send("before").await(Status.DELIVERED, PATIENCE);
    TwoPeople.await(() -> a2.conversations().size() == 1);
    a1.removeDevice(new DeviceId(2));

    TwoPeople.await(() -> a2.connection().state() == State.REMOVED);
    awaitEvent(a2, e -> e instanceof Event.Removed);
    assertThat(a2.connection().problem().orElseThrow().code()).isEqualTo(Code.DEVICE_REMOVED);
    assertThatThrownBy(() -> a2.conversationWith(people.id("bob")).send("after"))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.DEVICE_REMOVED));
    a2.close();

    int signIns = people.server.signIns;
    Sotto again = people.open("a2");
    assertThat(again.connection().state()).isEqualTo(State.REMOVED);
    assertThat(again.conversationWith(people.id("bob")).messages(10))
        .extracting(MessageView::text)
        .containsExactly("before");
    assertThatThrownBy(() -> again.awaitOnline(PATIENCE))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.DEVICE_REMOVED));
    assertThat(people.server.signIns).isEqualTo(signIns);
    assertThat(a1.devices()).extracting(d -> d.id().number()).containsExactly(1);
  }

  @Test
  void serverThatSaysSoWithoutTheSignedLink_isNotBelieved() {
    people.server.removals =
        answer -> {
          List<ByteString> links = answer.getRemoved().getLinksList();
          SignInResponse.Builder forged = SignInResponse.newBuilder();
          forged.getRemovedBuilder().addAllLinks(links.subList(0, links.size() - 1));
          return forged.build();
        };
    a1.removeDevice(new DeviceId(2));
    TwoPeople.await(
        () -> a2.connection().problem().map(p -> p.code() == Code.REFUSED).orElse(false));
    assertThat(a2.connection().state()).isNotEqualTo(State.REMOVED);
  }

  @Test
  void nobodyEncryptsToARemovedDevice() {
    Sotto bob = people.register("bob");
    Conversation toAlice = bob.conversationWith(Username.of("alice"));
    toAlice.send("to both").await(Status.DELIVERED, PATIENCE);
    assertThat(devices(people.server.stored().stream().filter(this::toAlice).toList())).contains(2);
    a1.removeDevice(new DeviceId(2));

    int before = people.server.stored().size();
    toAlice.send("to one").await(Status.DELIVERED, PATIENCE);
    List<Send> after = people.server.stored().stream().skip(before).filter(this::toAlice).toList();
    assertThat(devices(after)).isNotEmpty().containsOnly(1);
  }

  @Test
  void tenSendersDuringTheRemoval_encryptNothingForItOnceTheyKnow_andAllArrives()
      throws InterruptedException {
    Map<String, Sotto> senders = new LinkedHashMap<>();
    for (int i = 0; i < 10; i++) {
      Sotto sender = people.register("s" + i + "ender");
      sender.conversationWith(ALICE).send("0").await(Status.DELIVERED, PATIENCE);
      senders.put("s" + i + "ender", sender);
    }
    CountDownLatch halfway = new CountDownLatch(senders.size());
    List<Thread> threads = new ArrayList<>();
    CountDownLatch removed = new CountDownLatch(1);
    for (Sotto sender : senders.values()) {
      threads.add(
          Thread.startVirtualThread(() -> {
            for (int i = 1; i < 19; i++) {
              SentMessage sent = sender.conversationWith(ALICE).send(Integer.toString(i));
              if (i % 5 == 0) {
                sent.await(Status.SENT, PATIENCE);
                halfway.countDown();
              }
            }
            awaitEnd(removed);
            sender.conversationWith(ALICE).send("19");
          }));
    }
    halfway.await();
    a1.removeDevice(new DeviceId(2));
    removed.countDown();
    for (Thread thread : threads) {
      thread.join();
    }
    TwoPeople.await(() -> a2.connection().state() == State.REMOVED);
    List<String> all = IntStream.range(0, 20).mapToObj(Integer::toString).toList();
    senders.keySet().forEach(name -> TwoPeople.await(() -> texts(a1, name).size() >= all.size()));
    senders.keySet().forEach(name -> assertThat(texts(a1, name)).isEqualTo(all));
    insistThatWhoKnowsTheRemovalLeavesItOut(2);
  }

  private static void awaitEnd(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> texts(Sotto sotto, String with) {
    return sotto.conversationWith(Username.of(with)).messages(100).stream()
        .map(MessageView::text)
        .toList();
  }

  /// Looks at all that was sent to Alice, refused or not.
  private void insistThatWhoKnowsTheRemovalLeavesItOut(int sequence) {
    List<Send> knowing =
        people.server.received().stream()
            .filter(this::toAlice)
            .filter(f -> f.getChainSequence() >= sequence)
            .toList();
    assertThat(devices(knowing)).isNotEmpty().doesNotContain(2);
  }

  @Test
  void refusalFromBeforeTheRemoval_bringsNothingBack() {
    Sotto bob = people.register("bob");
    Conversation toAlice = bob.conversationWith(ALICE);
    toAlice.send("to both").await(Status.DELIVERED, PATIENCE);
    Sotto a3 = TwoDevices.link(people, a1, "a3");
    TwoPeople.await(() -> a3.devices().stream().filter(d -> d.name().isPresent()).count() == 2);
    a1.removeDevice(new DeviceId(2));
    assertThat(a3.awaitOutbox(PATIENCE)).isTrue();
    assertThat(a1.awaitOutbox(PATIENCE)).isTrue();
    // The server knew of the new device alone when it looked at the list.
    people.server.refusal =
        frame -> {
          if (!toAlice(frame)) {
            return Optional.empty();
          }
          people.server.refusal = _ -> Optional.empty();
          return Optional.of(
              SendResult.newBuilder()
                  .setMismatchedDevices(
                      MismatchedDevices.newBuilder().setChainSequence(2).addMissing(3))
                  .build());
        };
    assertThat(toAlice.send("to the others").await(Status.DELIVERED, PATIENCE))
        .isEqualTo(Status.DELIVERED);
    insistThatWhoKnowsTheRemovalLeavesItOut(3);
  }

  private boolean toAlice(Send frame) {
    return frame.getAccountId().toByteArray().length == 16
        && java.util.Arrays.equals(frame.getAccountId().toByteArray(), people.id("alice").bytes());
  }

  private static List<Integer> devices(List<Send> frames) {
    return frames.stream()
        .flatMap(f -> f.getDevicesList().stream())
        .map(DeviceEnvelope::getDevice)
        .toList();
  }

  @Test
  void otherDevicesAndVerifiedContacts_areTold() {
    Sotto bob = people.register("bob");
    Conversation toAlice = bob.conversationWith(Username.of("alice"));
    var _ = toAlice.safetyNumber();
    toAlice.confirmVerified();
    Sotto a3 = TwoDevices.link(people, a1, "a3");
    awaitEvent(a2, e -> e instanceof Event.DevicesChanged d && d.sentence().contains("device 3"));
    toAlice.send("hello").await(Status.DELIVERED, PATIENCE);
    awaitEvent(
        bob,
        e -> e instanceof Event.ContactChanged c && c.sentence().contains("new device (device 3)"));
    a1.removeDevice(new DeviceId(3));
    awaitEvent(a2, e -> e instanceof Event.DevicesChanged d && d.sentence().contains("removed"));
    assertThat(a2.devices()).extracting(d -> d.id().number()).containsExactly(1, 2);
    TwoPeople.await(() -> a3.connection().state() == State.REMOVED);
  }

  @Test
  void removalThatLosesARace_isSignedAnew() {
    Sotto a3 = TwoDevices.link(people, a1, "a3");
    people.server.beforeAppendLink =
        () -> {
          people.server.beforeAppendLink = () -> {};
          CompletableFuture.runAsync(() -> a3.removeDevice(new DeviceId(1))).join();
        };
    // Whoever is removed cannot remove: the winner's word stands.
    assertThatThrownBy(() -> a1.removeDevice(new DeviceId(2))).isInstanceOf(SottoException.class);
    TwoPeople.await(() -> a1.connection().state() == State.REMOVED);
    assertThat(a3.devices()).extracting(d -> d.id().number()).containsExactly(2, 3);
  }

  @Test
  void lastDevice_andOneThatIsNone_stay() {
    a1.removeDevice(new DeviceId(2));
    for (int number : new int[] {1, 2, 7}) {
      assertThatThrownBy(() -> a1.removeDevice(new DeviceId(number)))
          .isInstanceOfSatisfying(
              SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_INPUT));
    }
  }

  @Test
  void deviceCanRemoveItself() {
    a2.removeDevice(new DeviceId(2));
    TwoPeople.await(() -> a2.connection().state() == State.REMOVED);
    assertThat(people.server.chainOf(people.id("alice")).getLinksCount()).isEqualTo(3);
  }
}
