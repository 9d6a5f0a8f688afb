package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.await;
import static sotto.relay.TestRelay.take;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.GroupRecipient;
import sotto.chat.v1.GroupSend;
import sotto.chat.v1.GroupSendRefused;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.MailboxFull;
import sotto.chat.v1.MemberResult;
import sotto.chat.v1.MismatchedDevices;
import sotto.chat.v1.UnknownRecipient;
import sotto.group.v1.CheckSendResponse;
import sotto.group.v1.StaleRevision;
import sotto.mailbox.v1.Again;
import sotto.mailbox.v1.AppendResult;
import sotto.mailbox.v1.GroupAppend;
import sotto.mailbox.v1.GroupAppendRecipient;

/// Sends to groups (protocol L6).
class GroupSendTest {
  private static final Duration STEP = Duration.ofMillis(20);
  private static final ByteString GROUP = TestClient.id("group");
  // Each in a bucket of its own.
  private static final DeviceAddress ALICE = device(1, 1);
  private static final DeviceAddress BOB = device(2, 1);
  private static final DeviceAddress CAROL = device(3, 1);
  private static final DeviceAddress DAVE = device(4, 1);

  private TestRelay relay = new TestRelay();

  private static DeviceAddress device(long n, int device) {
    return new DeviceAddress(new AccountId(n << 54, n), new DeviceId(device));
  }

  @AfterEach
  void close() {
    relay.close();
  }

  private void relayOver(TestRelay other) {
    relay.close();
    relay = other;
  }

  private static ByteString id(DeviceAddress device) {
    return ByteString.copyFrom(device.account().bytes());
  }

  /// The same text has the same envelope ids.
  private static GroupSend.Builder send(long request, String text, DeviceAddress... to) {
    var send =
        GroupSend.newBuilder()
            .setRequest(request)
            .setGroupId(GROUP)
            .setRevision(7)
            .setCiphertext(ByteString.copyFromUtf8(text));
    for (var member : to) {
      send.addRecipients(
          GroupRecipient.newBuilder()
              .setAccountId(id(member))
              .setEnvelopeId(TestClient.id(text + member.account()))
              .setChainSequence(3));
    }
    return send;
  }

  private static void send(TestClient from, GroupSend.Builder send) {
    from.frame(f -> f.setGroupSend(send));
  }

  private static GroupSendResult result(TestClient client) {
    var frame = client.next();
    assertThat(frame.hasGroupSendResult()).as(frame.toString()).isTrue();
    return frame.getGroupSendResult();
  }

  private static void answers(TestClient client) {
    client.ping(1);
    assertThat(client.next().hasPong()).isTrue();
  }

  private void answerFor(DeviceAddress member, AppendResult.Builder answer) {
    relay.mailbox.answerRecipients(
        to -> to.getAccountId().equals(id(member)) ? Optional.of(answer) : Optional.empty());
  }

  @Test
  void payload_goesOnceToTheStore_andToEveryDeviceOfTheMembers() throws Exception {
    var bob = relay.client(BOB).live(1);
    var second = relay.client(device(1, 2)).live(1);
    var alice = relay.client(ALICE).live(1);

    send(alice, send(5, "hello", BOB, CAROL, ALICE));

    var result = result(alice);
    assertThat(result.getRequest()).isEqualTo(5);
    assertThat(result.getResultsList()).hasSize(3).allMatch(MemberResult::hasAccepted);
    var append = take(relay.mailbox.groupAppends);
    assertThat(append.getRecipientsList())
        .extracting(GroupAppendRecipient::getAccountId)
        .containsExactly(id(BOB), id(CAROL), id(ALICE));
    assertThat(append.getRecipientsList()).allMatch(to -> to.getChainSequence() == 3);
    var envelope = Envelope.parseFrom(bob.deliveries(1).getFirst().getEnvelope());
    assertThat(envelope)
        .isEqualTo(
            Envelope.newBuilder()
                .setSenderAccountId(id(ALICE))
                .setSenderDevice(1)
                .setType(CiphertextType.CIPHERTEXT_TYPE_SENDER_KEY)
                .setCiphertext(ByteString.copyFromUtf8("hello"))
                .setGroupId(GROUP)
                .build());
    assertThat(TestClient.texts(second.deliveries(1))).containsExactly("hello");
    assertThat(relay.mailbox.texts(CAROL)).containsExactly("hello");
    assertThat(relay.mailbox.positions(ALICE)).isEmpty();
  }

  @Test
  void owner_isAskedWhetherItMayGo_andWhatItRefusesIsNotStored() {
    var groups = relay.stores.groups("store");
    var alice = relay.client(ALICE).live(1);
    groups.answerChecks(
        CheckSendResponse.newBuilder().setStale(StaleRevision.newBuilder().setRevision(9)));
    send(alice, send(1, "one", BOB, CAROL));
    assertThat(result(alice).getStaleRevision()).isEqualTo(9);
    var asked = take(groups.checks);
    assertThat(asked.getRevision()).isEqualTo(7);
    assertThat(asked.getSenderAccountId()).isEqualTo(id(ALICE));
    assertThat(asked.getRecipients()).isEqualTo(id(BOB).concat(id(CAROL)));

    groups.answerChecks(
        CheckSendResponse.newBuilder()
            .setRefused(GroupSendRefused.newBuilder().setReason("MAY_NOT_SEND")));
    send(alice, send(2, "two", BOB));
    assertThat(result(alice).getRefused().getReason()).isEqualTo("MAY_NOT_SEND");
    assertThat(relay.mailbox.groupAppends).isEmpty();
  }

  @Test
  void ownerThatDoesNotAnswer_isAskedAgain_andAfterTwentySecondsItIsUnavailable() {
    var groups = relay.stores.groups("store");
    var alice = relay.client(ALICE).live(1);
    groups.failing.set(2);
    send(alice, send(1, "one", BOB));
    relay.advanceUntil(STEP, () -> !alice.frames.isEmpty());
    assertThat(result(alice).getResults(0).hasAccepted()).isTrue();

    groups.failing.set(Integer.MAX_VALUE);
    send(alice, send(2, "two", BOB));
    relay.advanceUntil(Duration.ofMillis(500), () -> !alice.frames.isEmpty());
    assertThat(result(alice).hasUnavailable()).isTrue();
    assertThat(relay.mailbox.texts(BOB)).containsExactly("one");
  }

  @Test
  void frameThatBreaksARule_isRefused_andTheStreamGoesOn() {
    var alice = relay.client(ALICE).live(1);
    send(alice, send(1, "twice", BOB, CAROL, BOB));
    assertThat(result(alice).getInvalid().getField())
        .isEqualTo("group_send.recipients[2].account_id");
    send(alice, send(2, "x".repeat((96 << 10) + 1), BOB));
    assertThat(alice.reason()).as("above the bound of the field").isNotNull();
  }

  @Test
  void recipientsAboveTheLimit_areToldWhenToComeBack_andNothingIsStored() {
    relayOver(new TestRelay(TestConfigs.groupRecipients(1_024), List.of()));
    var alice = relay.client(ALICE).live(1);
    var many =
        IntStream.rangeClosed(1, 1_023).mapToObj(n -> device(n, 1)).toArray(DeviceAddress[]::new);
    send(alice, send(1, "many", many));
    assertThat(result(alice).getResultsList()).hasSize(1_023).allMatch(MemberResult::hasAccepted);

    send(alice, send(2, "more", BOB, CAROL));

    var limited = result(alice).getRateLimited();
    assertThat(limited.getLimit()).isEqualTo("group-recipients-per-device");
    assertThat(limited.getRetryAfterMs()).isEqualTo(1_000);
    assertThat(relay.mailbox.groupAppends).hasSize(1);
  }

  @Test
  void oneFrameOfAGroupIsUnderWay_othersOfItWaitAndThoseOfAnotherDoNot() {
    var alice = relay.client(ALICE).live(1);
    relay.mailbox.hold();
    send(alice, send(1, "one", BOB));
    send(alice, send(2, "other group", BOB).setGroupId(TestClient.id("other")));
    send(alice, send(3, "two", BOB));
    await(() -> relay.mailbox.groupAppends.size() == 2);
    assertThat(relay.stores.groups("store").checks).hasSize(2);

    relay.mailbox.release();

    assertThat(
            Stream.of(result(alice), result(alice), result(alice)).map(GroupSendResult::getRequest))
        .containsExactlyInAnyOrder(1L, 2L, 3L);
    assertThat(relay.mailbox.texts(BOB)).containsSubsequence("one", "two");
    answers(alice);
  }

  @Test
  void whatOneMemberComesTo_isHisOwn() {
    var alice = relay.client(ALICE).live(1);
    answerFor(
        BOB,
        AppendResult.newBuilder()
            .setMismatchedDevices(MismatchedDevices.newBuilder().setChainSequence(4)));
    send(alice, send(1, "one", BOB, CAROL));
    var first = result(alice);
    assertThat(first.getResults(0).getMismatchedDevices().getChainSequence()).isEqualTo(4);
    assertThat(first.getResults(1).hasAccepted()).isTrue();
    answerFor(
        BOB, AppendResult.newBuilder().setUnknownRecipient(UnknownRecipient.getDefaultInstance()));
    send(alice, send(2, "two", CAROL, BOB));
    assertThat(result(alice).getResults(1).hasUnknownRecipient()).isTrue();
    answerFor(BOB, AppendResult.newBuilder().setMailboxFull(MailboxFull.getDefaultInstance()));
    send(alice, send(3, "three", BOB, CAROL));
    assertThat(result(alice).getResults(0).hasMailboxFull()).isTrue();
    assertThat(relay.mailbox.texts(CAROL)).containsExactly("one", "two", "three");
  }

  @Test
  void memberWhoseStoreSaysAgain_isTriedForTwentySeconds_andTheOthersOnce() {
    var alice = relay.client(ALICE).live(1);
    answerFor(BOB, AppendResult.newBuilder().setAgain(Again.getDefaultInstance()));
    send(alice, send(1, "one", BOB, CAROL));
    relay.advanceUntil(Duration.ofMillis(500), () -> !alice.frames.isEmpty());

    var result = result(alice);
    assertThat(result.getResults(0).hasUnavailable()).isTrue();
    assertThat(result.getResults(1).hasAccepted()).isTrue();
    var appends = List.copyOf(relay.mailbox.groupAppends);
    assertThat(appends.size()).isGreaterThan(5);
    assertThat(appends.subList(1, appends.size()))
        .allMatch(append -> append.getRecipientsList().equals(List.of(recipientOf(appends, 0))));
  }

  private static GroupAppendRecipient recipientOf(List<GroupAppend> appends, int n) {
    return appends.getFirst().getRecipients(n);
  }

  @Test
  void brokenStream_isSentAgainWithTheSameIds_andStoresOnce() {
    var alice = relay.client(ALICE).live(1);
    relay.mailbox.loseAnswers();
    send(alice, send(1, "one", BOB, CAROL));
    await(() -> relay.mailbox.texts(CAROL).size() == 1);
    relay.mailbox.findAnswers();
    relay.mailbox.breakAppends();
    relay.advanceUntil(STEP, () -> !alice.frames.isEmpty());

    assertThat(result(alice).getResultsList()).allMatch(MemberResult::hasAccepted);
    assertThat(relay.mailbox.texts(BOB)).containsExactly("one");
    assertThat(relay.mailbox.texts(CAROL)).containsExactly("one");
    var appends = List.copyOf(relay.mailbox.groupAppends);
    assertThat(appends.get(1).getRecipientsList()).isEqualTo(appends.get(0).getRecipientsList());
  }

  @Test
  void membersOfSeveralStores_getOneAppendForEachStore() {
    relayOver(new TestRelay("a:1", "b:1"));
    relay.stores.boxes.give(BOB.account(), "a:1");
    relay.stores.boxes.give(CAROL.account(), "b:1");
    relay.stores.boxes.give(DAVE.account(), "b:1");
    var alice = relay.client(ALICE).live(1);
    // Where they are is learnt once.
    send(alice, send(1, "one", BOB, CAROL, DAVE));
    relay.advanceUntil(STEP, () -> !alice.frames.isEmpty());
    assertThat(result(alice).getResultsList()).allMatch(MemberResult::hasAccepted);
    relay.stores.mailbox("a:1").groupAppends.clear();
    relay.stores.mailbox("b:1").groupAppends.clear();

    send(alice, send(2, "two", CAROL, BOB, DAVE));

    assertThat(result(alice).getResultsList()).hasSize(3).allMatch(MemberResult::hasAccepted);
    assertThat(recipients("a:1")).containsExactly(id(BOB));
    assertThat(recipients("b:1")).containsExactly(id(CAROL), id(DAVE));
    assertThat(relay.mailbox.texts(BOB)).containsExactly("one", "two");
    assertThat(relay.mailbox.texts(DAVE)).containsExactly("one", "two");
  }

  private List<ByteString> recipients(String pod) {
    var appends = relay.stores.mailbox(pod).groupAppends;
    assertThat(appends).hasSize(1);
    return take(appends).getRecipientsList().stream()
        .map(GroupAppendRecipient::getAccountId)
        .toList();
  }

  @Test
  void storeThatDiesUnderAFanOut_isSucceeded_andNobodyGetsItTwice() {
    relayOver(new TestRelay("a:1", "b:1"));
    relay.stores.boxes.give(id().account(), "a:1");
    relay.stores.boxes.give(BOB.account(), "a:1");
    relay.stores.boxes.give(CAROL.account(), "b:1");
    relay.stores.boxes.give(DAVE.account(), "b:1");
    var bob = relay.client(BOB).live(1);
    var carol = relay.client(CAROL).live(1);
    var alice = relay.client(ALICE).live(1);
    send(alice, send(1, "one", BOB, CAROL, DAVE));
    relay.advanceUntil(STEP, () -> !alice.frames.isEmpty());
    assertThat(result(alice).getResultsList()).allMatch(MemberResult::hasAccepted);
    relay.stores.mailbox("b:1").loseAnswers();

    send(alice, send(2, "two", BOB, CAROL, DAVE));
    await(() -> relay.stores.mailbox("b:1").texts(DAVE).size() == 2);
    relay.stores.kill("b:1");
    relay.advanceUntil(STEP, () -> !alice.frames.isEmpty());

    assertThat(result(alice).getResultsList()).hasSize(3).allMatch(MemberResult::hasAccepted);
    assertThat(relay.mailbox.texts(CAROL)).containsExactly("one", "two");
    assertThat(relay.mailbox.texts(DAVE)).containsExactly("one", "two");
    assertThat(received(bob, 2)).containsExactly("one", "two");
    assertThat(received(carol, 2)).containsExactly("one", "two");
  }

  private static DeviceAddress id() {
    return new DeviceAddress(new AccountId(GROUP.toByteArray()), DeviceId.FIRST);
  }

  private List<String> received(TestClient client, int count) {
    var texts = new ArrayList<String>();
    relay.advanceUntil(
        STEP,
        () -> {
          while (!client.frames.isEmpty()) {
            texts.addAll(TestClient.texts(client.next().getDeliver().getDeliveriesList()));
          }
          return texts.size() >= count;
        });
    return texts;
  }

  @Test
  void membersAtAnotherRelay_getThePayloadOverOneForward() {
    var second = relay.secondRelay(TestConfigs.named("second"));
    var members = IntStream.rangeClosed(2, 21).mapToObj(n -> device(n, 1)).toList();
    var clients = members.stream().map(m -> relay.client(second, m).live(1)).toList();
    var alice = relay.client(ALICE).live(1);
    var to = members.toArray(new DeviceAddress[0]);
    String text = "x".repeat(50_000);
    for (int round = 1; round <= 2; round++) {
      relay.forwarded.clear();
      String payload = round + text;

      send(alice, send(round, payload, to));

      assertThat(result(alice).getResultsList()).hasSize(20).allMatch(MemberResult::hasAccepted);
      for (var client : clients) {
        assertThat(TestClient.texts(client.deliveries(1))).containsExactly(payload);
      }
      long bytes = relay.forwarded.stream().mapToLong(f -> f.getSerializedSize()).sum();
      assertThat(relay.forwarded.stream().mapToInt(f -> f.getForwardsCount()).sum()).isEqualTo(20);
      assertThat(bytes).isBetween(50_000L, 60_000L);
    }
  }
}
