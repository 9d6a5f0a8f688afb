package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.DeviceId;
import sotto.client.SottoException.Code;

/// A second device joins an account: by the code, and by nothing else.
final class LinkTest {
  @TempDir Path folder;
  private TwoPeople people;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private static void fails(Code code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code));
  }

  @Test
  void linkedDevice_isTheSameAccountWithItsOwnKeys() {
    Sotto a1 = people.register("alice");
    Sotto a2 = people.open("a2");
    TwoDevices.Waiting waiting = TwoDevices.waiting(people, a2, "Laptop");
    List<String> asked = new ArrayList<>();
    Device added = a1.addDevice(waiting.code(), asked::add);
    Account linked = waiting.await();
    a2.awaitOnline(PATIENCE);

    assertThat(asked).containsExactly("Laptop");
    assertThat(added.id()).isEqualTo(new DeviceId(2));
    assertThat(added.name()).contains("Laptop");
    assertThat(linked.id()).isEqualTo(a1.account().orElseThrow().id());
    assertThat(linked.username()).isEqualTo(Username.of("alice"));
    assertThat(linked.device()).isEqualTo(new DeviceId(2));
    assertThat(a1.devices()).extracting(d -> d.id().number()).containsExactly(1, 2);
    assertThat(a2.devices()).extracting(Device::current).containsExactly(false, true);
    assertThat(a2.recoveryCode()).isEmpty();
    a2.close();
    assertThat(people.openOffline("a2").account()).contains(linked);
  }

  @Test
  void bothDevices_receive_andBothSend() {
    Sotto bob = people.register("bob");
    Sotto a1 = people.register("alice");
    Sotto a2 = TwoDevices.link(people, a1, "a2");
    Conversation toAlice = bob.conversationWith(Username.of("alice"));
    toAlice.send("to both").await(Status.DELIVERED, PATIENCE);
    a2.conversationWith(Username.of("bob")).send("from the second").await(Status.SENT, PATIENCE);

    TwoPeople.await(() -> texts(a1).contains("to both"));
    TwoPeople.await(() -> texts(a2).contains("to both"));
    TwoPeople.await(
        () -> toAlice.messages(10).stream().anyMatch(m -> m.text().equals("from the second")));
  }

  private static List<String> texts(Sotto sotto) {
    return sotto.conversationWith(Username.of("bob")).messages(10).stream()
        .map(MessageView::text)
        .toList();
  }

  @Test
  void declined_leavesTheChainAsItWas_andBothSay() {
    Sotto a1 = people.register("alice");
    Sotto a2 = people.open("a2");
    TwoDevices.Waiting waiting = TwoDevices.waiting(people, a2, "Laptop");
    fails(Code.LINK_DECLINED, () -> a1.addDevice(waiting.code(), _ -> false));
    fails(Code.LINK_DECLINED, waiting::await);
    assertThat(a2.account()).isEmpty();
    assertThat(people.server.chainOf(people.id("alice")).getLinksCount()).isEqualTo(1);
    // The home is as good as before.
    assertThat(TwoDevices.link(people, a1, "a3").account()).isPresent();
  }

  @Test
  void codeThatIsNone_andOneThatNobodyWaitsWith_areToldApart() {
    Sotto a1 = people.register("alice");
    fails(Code.INVALID_INPUT, () -> a1.addDevice("hello", _ -> true));
    TwoDevices.Waiting waiting = TwoDevices.waiting(people, people.open("a2"), "");
    String code = waiting.code();
    char wrong = code.charAt(0) == '7' ? '8' : '7';
    fails(Code.INVALID_INPUT, () -> a1.addDevice(wrong + code.substring(1), _ -> true));
    people.server.slots.clear();
    fails(Code.LINK_FAILED, () -> a1.addDevice(code, _ -> true));
    assertThat(people.server.chainOf(people.id("alice")).getLinksCount()).isEqualTo(1);
  }

  @Test
  void usedCode_isWorthNothingToASecondReader() {
    Sotto a1 = people.register("alice");
    Sotto bob = people.register("bob");
    TwoDevices.Waiting waiting = TwoDevices.waiting(people, people.open("a2"), "");
    var _ = a1.addDevice(waiting.code(), _ -> true);
    fails(Code.LINK_FAILED, () -> bob.addDevice(waiting.code(), _ -> true));
    assertThat(people.server.chainOf(people.id("bob")).getLinksCount()).isEqualTo(1);
  }

  @Test
  void homeWithAnAccount_orABegunOne_isNotLinked() {
    Sotto a1 = people.register("alice");
    fails(Code.ALREADY_REGISTERED, () -> TwoDevices.waiting(people, a1, ""));
    Sotto bob = people.open("bob");
    people.server.registrationBreaks = true;
    fails(Code.SERVER_UNREACHABLE, () -> bob.register(people.server.address(), Username.of("bob")));
    fails(Code.ALREADY_REGISTERED, () -> TwoDevices.waiting(people, bob, ""));
  }

  @Test
  void tenDevices_areTheMost() {
    Sotto a1 = people.register("alice");
    for (int i = 2; i <= 10; i++) {
      TwoDevices.link(people, a1, "a" + i).close();
    }
    TwoDevices.Waiting eleventh = TwoDevices.waiting(people, people.open("a11"), "");
    fails(Code.TOO_MANY_DEVICES, () -> a1.addDevice(eleventh.code(), _ -> true));
  }

  @Test
  void serverThatIsNotThere_isToldAsUnreachable() {
    Sotto a2 = people.open("a2");
    people.server.stop();
    fails(Code.SERVER_UNREACHABLE, () -> TwoDevices.waiting(people, a2, ""));
  }

  @Test
  void loserOfARace_isSignedAnewBehindTheWinner() throws Exception {
    Sotto a1 = people.register("alice");
    TwoDevices.Waiting slow = TwoDevices.waiting(people, people.open("a2"), "slow");
    TwoDevices.Waiting fast = TwoDevices.waiting(people, people.open("a3"), "fast");
    CountDownLatch comes = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    people.server.beforeAddDevice =
        () -> {
          if (calls.getAndIncrement() == 0) {
            comes.countDown();
            await(goesOn);
          }
        };
    CompletableFuture<Device> second =
        CompletableFuture.supplyAsync(() -> a1.addDevice(slow.code(), _ -> true));
    await(comes);
    assertThat(a1.addDevice(fast.code(), _ -> true).id()).isEqualTo(new DeviceId(2));
    goesOn.countDown();

    assertThat(second.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).id()).isEqualTo(new DeviceId(3));
    assertThat(slow.await().device()).isEqualTo(new DeviceId(3));
    assertThat(fast.await().device()).isEqualTo(new DeviceId(2));
    assertThat(calls.get()).isEqualTo(3);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void lostAnswer_isAskedForAgain() {
    Sotto a1 = people.register("alice");
    people.server.addDeviceBreaks = true;
    Sotto a2 = TwoDevices.link(people, a1, "a2");
    assertThat(a2.account().orElseThrow().device()).isEqualTo(new DeviceId(2));
    assertThat(people.server.chainOf(people.id("alice")).getLinksCount()).isEqualTo(2);
  }

  @Test
  void homeThatIsClosedWhileTheServerTakesItsLink_goesOnWithIt() {
    Sotto a1 = people.register("alice");
    Sotto a2 = people.open("a2");
    TwoDevices.Waiting waiting = TwoDevices.waiting(people, a2, "Laptop");
    people.server.beforeAddDevice = a2::close;
    assertThat(a1.addDevice(waiting.code(), _ -> true).id()).isEqualTo(new DeviceId(2));
    fails(Code.CLOSED, waiting::await);
    people.server.beforeAddDevice = () -> {};

    Sotto again = people.open("a2");
    assertThat(again.account()).isEmpty();
    List<String> shown = new ArrayList<>();
    Account account = again.link(people.server.address(), "Laptop", shown::add);
    assertThat(shown).isEmpty();
    assertThat(account.device()).isEqualTo(new DeviceId(2));
    again.awaitOnline(PATIENCE);
    assertThat(people.server.chainOf(account.id()).getLinksCount()).isEqualTo(2);
  }

  @Test
  void homeThatDiesBeforeTheServerHears_beginsAnewAndLeavesNothing() {
    Sotto a1 = people.register("alice");
    Sotto a2 = people.open("a2");
    var _ = TwoDevices.waiting(people, a2, "Laptop");
    a2.close();
    Sotto again = TwoDevices.link(people, a1, "a2");
    assertThat(again.account().orElseThrow().device()).isEqualTo(new DeviceId(2));
    assertThat(people.server.chainOf(people.id("alice")).getLinksCount()).isEqualTo(2);
  }
}
