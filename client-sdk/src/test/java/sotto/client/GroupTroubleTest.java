package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;
import static sotto.client.TwoPeople.await;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.chat.v1.Accepted;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.GroupSend;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.MailboxFull;
import sotto.chat.v1.MemberResult;
import sotto.chat.v1.Unavailable;
import sotto.client.SottoException.Code;
import sotto.group.Role;
import sotto.keys.v1.Bundle;

/// Groups when things go wrong: lost answers, members that cannot be reached, keys that come late,
/// and servers that lie.
final class GroupTroubleTest {
  @TempDir Path folder;
  private TwoPeople people;
  private Sotto alice;
  private Sotto bob;
  private Sotto carol;
  private Group group;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    alice = people.register("alice");
    bob = people.register("bob");
    carol = people.register("carol");
    group = alice.createGroup("Climbers", List.of(people.id("bob"), people.id("carol")));
    await(() -> bob.group(group.id()).isPresent() && carol.group(group.id()).isPresent());
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private Group of(Sotto member) {
    return member.group(group.id()).orElseThrow();
  }

  private List<String> texts(Sotto member) {
    return GroupTest.texts(member, group);
  }

  private void answerFor(String member, MemberResult result) {
    byte[] id = people.id(member).bytes();
    people.server.groups.memberRefusal =
        to ->
            java.util.Arrays.equals(to.getAccountId().toByteArray(), id)
                ? Optional.of(result)
                : Optional.empty();
  }

  @Test
  void fullMailboxOfOne_withholdsNothingFromOthers_andHeGetsAllLaterInOrder() {
    answerFor(
        "carol",
        MemberResult.newBuilder().setMailboxFull(MailboxFull.getDefaultInstance()).build());
    List<SentMessage> sent = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      sent.add(group.conversation().send("m" + i));
    }
    await(() -> texts(bob).size() == 5);
    assertThat(sent).allMatch(message -> message.status() == Status.QUEUED);
    assertThat(sent.getLast().failure()).isEmpty();
    assertThat(sent.getFirst().failure().orElseThrow().code()).isEqualTo("mailbox_full");
    people.server.groups.memberRefusal = _ -> Optional.empty();
    people.server.cut(people.id("alice"));
    assertThat(sent.getLast().await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
    await(() -> texts(carol).size() == 5);
    assertThat(texts(carol)).containsExactly("m0", "m1", "m2", "m3", "m4");
    assertThat(texts(bob)).containsExactly("m0", "m1", "m2", "m3", "m4");
  }

  @Test
  void memberWhoseServerDoesNotAnswer_isTriedAgain_aloneAndWithTheSameId() {
    answerFor(
        "carol",
        MemberResult.newBuilder()
            .setUnavailable(Unavailable.newBuilder().setRetryAfterMs(10))
            .build());
    SentMessage sent = group.conversation().send("up");
    await(() -> people.server.groups.received.size() >= 3);
    people.server.groups.memberRefusal = _ -> Optional.empty();
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(texts(bob)).containsExactly("up");
    assertThat(texts(carol)).containsExactly("up");
    var frames = people.server.groups.received;
    assertThat(frames.get(1).getRecipientsList()).hasSize(1);
    assertThat(frames.getLast().getRecipients(0)).isIn(frames.getFirst().getRecipientsList());
  }

  @Test
  void lostAnswer_leavesOneMessage() {
    group.conversation().send("before").await(Status.DELIVERED, PATIENCE);
    people.server.loseResults = true;
    SentMessage sent = group.conversation().send("once");
    await(() -> people.server.groups.received.size() == 2);
    people.server.loseResults = false;
    people.server.cut(people.id("alice"));
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(texts(bob)).containsExactly("before", "once");
    assertThat(texts(carol)).containsExactly("before", "once");
  }

  @Test
  void staleRevision_isFetched_andTheMessageGoesToWhoIsThereThen() {
    group.conversation().send("first").await(Status.DELIVERED, PATIENCE);
    of(bob).conversation().send("second").await(Status.DELIVERED, PATIENCE);
    people.server.groups.silent = true;
    group.remove(List.of(people.id("carol")));
    SentMessage sent = of(bob).conversation().send("without carol");
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    await(() -> texts(alice).contains("without carol"));
    assertThat(texts(carol)).containsExactly("first", "second");
    assertThat(people.server.groups.received.getLast().getRecipientsCount()).isEqualTo(1);
  }

  @Test
  void keyThatComesAfterTheMessage_healsItInPlace() {
    of(bob).conversation().accept();
    bob.close();
    group.conversation().send("early").await(Status.SENT, PATIENCE);
    people.server.reverseMailbox(people.id("bob"), 1);
    Sotto again = people.open("bob");
    assertThat(again.awaitMailboxEmpty(PATIENCE)).isTrue();
    await(() -> texts(again).equals(List.of("early")));
    List<MessageView> all = of(again).conversation().messages(10);
    assertThat(all).hasSize(1);
    try (EventStream events = again.events("test")) {
      Event.Undecryptable before = ConversationTest.next(events, Event.Undecryptable.class);
      Event.MessageReceived after = ConversationTest.next(events, Event.MessageReceived.class);
      // One row: what was announced first is the message by now.
      assertThat(before.message()).isEqualTo(after.message());
    }
  }

  @Test
  void lostKey_isMadeUpForByAskingAgain() {
    bob.close();
    group.conversation().send("early").await(Status.SENT, PATIENCE);
    // All that came over sessions is lost, the key with it.
    var mailbox = people.server.takeMailbox(people.id("bob"), 1);
    people.server.putBack(
        people.id("bob"),
        1,
        mailbox.stream().filter(GroupTroubleTest::isGroupMessage).toList(),
        Duration.ZERO);
    Sotto again = people.open("bob");
    await(() -> texts(again).equals(List.of("early")));
    assertThat(of(again).conversation().messages(10)).hasSize(1);
  }

  private static boolean isGroupMessage(sotto.chat.v1.Delivery delivery) {
    try {
      return Envelope.parseFrom(delivery.getEnvelope()).getType()
          == CiphertextType.CIPHERTEXT_TYPE_SENDER_KEY;
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void changeWhoseAnswerIsLost_isSaidAgain_andDoneOnce() {
    people.server.groups.answersLost = 1;
    assertThatThrownBy(() -> group.rename("Boulderers")).isInstanceOf(SottoException.class);
    people.server.cut(people.id("alice"));
    await(() -> group.info().title().equals("Boulderers"));
    await(() -> of(bob).info().title().equals("Boulderers"));
    assertThat(group.info().revision()).isEqualTo(1);
  }

  @Test
  void foundingWhoseAnswerIsLost_isThereAfterTheNextConnection_withItsMembers() {
    people.server.groups.answersLost = 1;
    assertThatThrownBy(() -> alice.createGroup("Second", List.of(people.id("bob"))))
        .isInstanceOf(SottoException.class);
    people.server.cut(people.id("alice"));
    await(() -> alice.groups().stream().anyMatch(g -> g.title().equals("Second")));
    await(() -> bob.groups().stream().anyMatch(g -> g.title().equals("Second")));
  }

  @Test
  void twoWhoChangeAtOnce_bothSucceed() throws InterruptedException {
    group.setRole(people.id("bob"), Role.ADMIN);
    await(() -> of(bob).info().role().equals(Optional.of(Role.ADMIN)));
    Thread one =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 0; i < 5; i++) {
                group.describe("alice " + i);
              }
            });
    for (int i = 0; i < 5; i++) {
      of(bob).rename("bob " + i);
    }
    one.join();
    await(() -> of(carol).info().revision() == 11);
    assertThat(of(carol).info().title()).isEqualTo("bob 4");
    assertThat(of(carol).info().description()).isEqualTo("alice 4");
  }

  @Test
  void deviceThatIsLinkedLater_isInTheGroup_andWhatItWritesIsEverywhere() {
    group.conversation().send("before").await(Status.DELIVERED, PATIENCE);
    of(bob).conversation().send("before, from bob").await(Status.DELIVERED, PATIENCE);
    Sotto second = TwoDevices.link(people, alice, "alice-2");
    await(() -> second.group(group.id()).isPresent());
    of(bob).conversation().send("to both").await(Status.DELIVERED, PATIENCE);
    await(() -> texts(second).contains("to both"));
    of(second).conversation().send("from the second").await(Status.DELIVERED, PATIENCE);
    await(() -> texts(alice).contains("from the second") && texts(bob).contains("from the second"));
    MessageView copy = of(alice).conversation().messages(1).getFirst();
    assertThat(copy.incoming()).isFalse();
    group.conversation().send("from the first").await(Status.DELIVERED, PATIENCE);
    await(() -> texts(second).contains("from the first"));
    // It was given the keys, and did not have to ask for what it could not read.
    try (EventStream events = second.events("test")) {
      for (var event = events.next(Duration.ZERO);
          event.isPresent();
          event = events.next(Duration.ZERO)) {
        assertThat(event.get()).isNotInstanceOf(Event.Undecryptable.class);
        events.done();
      }
    }
  }

  @Test
  void sameChangeTwice_changesNothing() {
    group.rename("Boulderers");
    await(() -> of(bob).info().title().equals("Boulderers"));
    byte[] change = bytesOfLastChange();
    people.server.forge(people.id("bob"), envelopeOf(change));
    of(alice).conversation().send("still here").await(Status.DELIVERED, PATIENCE);
    await(() -> texts(bob).contains("still here"));
    assertThat(of(bob).info().contradicted()).isFalse();
    assertThat(of(bob).log()).hasSize(2);
  }

  private byte[] bytesOfLastChange() {
    return people.server.groups.lastChange(group.id());
  }

  private Envelope envelopeOf(byte[] change) {
    return Envelope.newBuilder()
        .setSenderAccountId(ByteString.copyFrom(people.id("alice").bytes()))
        .setSenderDevice(1)
        .setType(CiphertextType.CIPHERTEXT_TYPE_GROUP_CHANGED)
        .setGroupId(ByteString.copyFrom(group.id().bytes()))
        .setCiphertext(ByteString.copyFrom(change))
        .build();
  }

  @Test
  void changedBytesOfAChange_areNotBelieved() {
    group.rename("Boulderers");
    await(() -> of(bob).info().title().equals("Boulderers"));
    group.conversation().send("hi").await(Status.DELIVERED, PATIENCE);
    byte[] forged = bytesOfLastChange();
    forged[forged.length - 1] ^= 1;
    people.server.groups.silent = true;
    group.rename("Third");
    byte[] third = bytesOfLastChange();
    third[third.length - 1] ^= 1;
    people.server.forge(people.id("bob"), envelopeOf(third));
    group.conversation().send("after").await(Status.SENT, PATIENCE);
    await(() -> texts(bob).contains("after"));
    // The true one was fetched, as the message said that there is one.
    await(() -> of(bob).info().title().equals("Third"));
    assertThat(of(bob).info().contradicted()).isFalse();
  }

  @Test
  void serverThatHidesTheRemovalOfAMember_isNoticedByWhoeverIsInvited() {
    group.remove(List.of(people.id("carol")));
    Sotto dave = people.register("dave");
    people.server.groups.silent = true;
    AtomicInteger hidden = new AtomicInteger();
    people.server.groups.answers =
        answer -> {
          // Dave is shown the founding alone, in which carol still is a member.
          if (answer.getChangesCount() > 2) {
            hidden.incrementAndGet();
            return answer.toBuilder()
                .clearChanges()
                .addChanges(answer.getChanges(0))
                .setRevision(0)
                .build();
          }
          return answer;
        };
    group.add(List.of(people.id("dave")));
    await(() -> hidden.get() > 0);
    await(() -> dave.groups().stream().anyMatch(GroupInfo::contradicted));
    SentMessage waits =
        dave.group(group.id()).orElseThrow().conversation().send("who is listening?");
    assertThat(waits.status()).isIn(Status.QUEUED, Status.FAILED);
  }

  @Test
  void messageOfWhoIsNoMember_isDropped() {
    // Mallory is no member; the server lets through what she sends nevertheless.
    Sotto mallory = people.register("mallory");
    Group other = mallory.createGroup("Other", List.of(people.id("bob")));
    await(() -> bob.group(other.id()).isPresent());
    other.conversation().send("hi").await(Status.DELIVERED, PATIENCE);
    var frame = people.server.groups.received.getLast();
    Envelope moved = ofGroup("mallory", frame.getCiphertext());
    people.server.forge(people.id("bob"), moved);
    group.conversation().send("real").await(Status.DELIVERED, PATIENCE);
    await(() -> texts(bob).contains("real"));
    assertThat(texts(bob)).containsExactly("real");
  }

  /// Her client knows of no removal and keeps all its keys, and the server does for her what it
  /// can: it hands her what the others write, and the others what she writes.
  @Test
  void removedMember_evenIfTheServerHelps_readsNothing_andIsReadByNobody() {
    for (Sotto member : List.of(alice, bob, carol)) {
      of(member).conversation().send("before").await(Status.DELIVERED, PATIENCE);
    }
    people.server.groups.silent = true;
    group.remove(List.of(people.id("carol")));
    of(bob).conversation().send("without her").await(Status.DELIVERED, PATIENCE);
    group.conversation().send("secret").await(Status.DELIVERED, PATIENCE);
    assertThat(of(carol).info().members()).as("what her client knows").hasSize(3);
    people.server.forge(
        people.id("carol"),
        ofGroup("alice", people.server.groups.received.getLast().getCiphertext()));
    await(() ->
        of(carol).conversation().messages(10).stream()
            .anyMatch(m -> m.kind() == MessageView.Kind.UNDECRYPTABLE));

    List<GroupSend> hers = new ArrayList<>();
    people.server.groups.refusal =
        frame -> {
          hers.add(frame);
          return Optional.of(acceptedByAll(frame));
        };
    of(carol).conversation().send("let me in").await(Status.SENT, PATIENCE);
    people.server.groups.refusal = _ -> Optional.empty();
    Duration month = Duration.ofDays(32);
    people.server.timeOffset = month.toMillis();
    alice.close();
    alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    for (GroupSend frame : hers) {
      Envelope envelope = ofGroup("carol", frame.getCiphertext());
      people.server.forge(people.id("bob"), envelope);
      // As if it were from before, which is believed as long as it may have waited in a mailbox.
      people.server.forge(people.id("alice"), envelope, month.plusDays(1));
    }

    // What she asks for by the way of contacts comes before this, and what she is answered too.
    carol.conversationWith(Username.of("alice")).send("hello?").await(Status.DELIVERED, PATIENCE);
    alice.conversationWith(Username.of("carol")).send("bye").await(Status.DELIVERED, PATIENCE);
    assertThat(texts(carol)).doesNotContain("without her", "secret");
    of(alice).conversation().send("on").await(Status.DELIVERED, PATIENCE);
    await(() -> texts(bob).contains("on"));
    assertThat(hers).isNotEmpty();
    assertThat(texts(alice)).doesNotContain("let me in");
    assertThat(texts(bob)).doesNotContain("let me in");
  }

  private Envelope ofGroup(String sender, ByteString ciphertext) {
    return Envelope.newBuilder()
        .setSenderAccountId(ByteString.copyFrom(people.id(sender).bytes()))
        .setSenderDevice(1)
        .setType(CiphertextType.CIPHERTEXT_TYPE_SENDER_KEY)
        .setCiphertext(ciphertext)
        .setGroupId(ByteString.copyFrom(group.id().bytes()))
        .build();
  }

  private static GroupSendResult acceptedByAll(GroupSend frame) {
    MemberResult accepted =
        MemberResult.newBuilder()
            .setAccepted(Accepted.newBuilder().setAcceptedAtMs(System.currentTimeMillis()))
            .build();
    return GroupSendResult.newBuilder()
        .addAllResults(frame.getRecipientsList().stream().map(_ -> accepted).toList())
        .build();
  }

  @Test
  void memberWhoseBundleIsSwapped_isGivenNoKey_andNobodyElseIsHeldUp() {
    Sotto mallory = people.register("mallory");
    Sotto dave = people.register("dave");
    AtomicReference<Bundle> hers = new AtomicReference<>();
    people.server.bundles =
        bundle -> {
          hers.set(bundle);
          return bundle;
        };
    bob.conversationWith(Username.of("mallory")).send("hi").await(Status.DELIVERED, PATIENCE);
    people.server.bundles = _ -> hers.get().toBuilder().setDevice(1).build();
    group.add(List.of(people.id("dave")));
    SentMessage sent = group.conversation().send("for us four");
    await(() -> texts(bob).contains("for us four") && texts(carol).contains("for us four"));
    sent.await(Status.DELIVERED, PATIENCE);
    assertThat(dave.groups()).as("without its key").isEmpty();
    assertThat(mallory.groups()).isEmpty();
    assertThat(sent.members())
        .filteredOn(m -> m.status() == Status.FAILED)
        .extracting(m -> m.member().account())
        .containsExactly(Optional.of(people.id("dave")));
    // With the true bundle he is let in, although what invited him was given up.
    people.server.bundles = bundle -> bundle;
    people.server.cut(people.id("alice"));
    group.conversation().send("again").await(Status.SENT, PATIENCE);
    await(() -> !dave.groups().isEmpty() && texts(dave).contains("again"));
  }

  @Test
  void memberWhoCouldNotBeGivenTheKey_isTriedAgainLater_onTheSameConnection() {
    AtomicReference<Duration> later = new AtomicReference<>(Duration.ZERO);
    InstantSource clock = () -> Instant.now().plus(later.get());
    alice.close();
    alice = people.open("alice", Options.defaults().withClock(clock.withZone(ZoneOffset.UTC)));
    alice.awaitOnline(PATIENCE);
    Sotto dave = people.register("dave");
    AtomicReference<Bundle> bobs = new AtomicReference<>();
    people.server.bundles =
        bundle -> {
          bobs.set(bundle);
          return bundle;
        };
    carol.conversationWith(Username.of("bob")).send("hi").await(Status.DELIVERED, PATIENCE);
    people.server.bundles = _ -> bobs.get();
    of(alice).add(List.of(people.id("dave")));
    of(alice).conversation().send("for us four").await(Status.DELIVERED, PATIENCE);
    people.server.bundles = bundle -> bundle;

    of(alice).conversation().send("too early").await(Status.DELIVERED, PATIENCE);
    assertThat(dave.groups()).isEmpty();

    later.set(Duration.ofMinutes(11));
    of(alice).conversation().send("again").await(Status.DELIVERED, PATIENCE);
    await(() -> !dave.groups().isEmpty() && texts(dave).contains("again"));
  }

  @Test
  void accountThatIsGone_holdsNobodyUp() {
    AccountId gone = people.id("carol");
    carol.close();
    people.server.forget(gone);
    SentMessage sent = group.conversation().send("hello");
    assertThat(sent.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    await(() -> texts(bob).equals(List.of("hello")));
    assertThat(sent.members())
        .filteredOn(m -> m.status() == Status.FAILED)
        .extracting(m -> m.member().account())
        .containsExactly(Optional.of(gone));
  }

  @Test
  void groupCannotBeBlocked_norCompared() {
    assertThatThrownBy(() -> group.conversation().block())
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_INPUT));
    assertThatThrownBy(() -> group.conversation().safetyNumber())
        .isInstanceOf(SottoException.class);
  }

  @Test
  void nameThatLooksLikeAnother_isMarked() {
    alice.conversationWith(Username.of("bob"));
    // A Cyrillic o.
    Group imitation = alice.createGroup("B\u043eb", List.of());
    assertThat(imitation.info().imitates().orElseThrow()).contains("bob");
    assertThat(group.info().imitates()).isEmpty();
    Group second = alice.createGroup("CLIMBERS", List.of());
    assertThat(second.info().imitates().orElseThrow()).contains(group.id().toString());
  }

  @Test
  void serverThatHidesAChange_isNoticedByWhoeverHearsFromSomebodyWhoKnows() {
    group.conversation().send("before").await(Status.DELIVERED, PATIENCE);
    people.server.groups.silent = true;
    people.server.groups.answers = answer -> answer.toBuilder().clearChanges().build();
    group.remove(List.of(people.id("carol")));
    group.conversation().send("without carol").await(Status.DELIVERED, PATIENCE);
    await(() -> of(bob).info().contradicted());
    SentMessage waits = of(bob).conversation().send("is carol still here?");
    await(() -> waits.failure().isPresent());
    assertThat(waits.failure().orElseThrow().code()).isEqualTo("group_contradicted");
    assertThat(waits.status()).isEqualTo(Status.QUEUED);
    // The server tells the truth again, and the user goes on.
    people.server.groups.answers = answer -> answer;
    of(bob).conversation().accept();
    assertThat(waits.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(of(bob).info().members()).hasSize(2);
    assertThat(texts(carol)).containsExactly("before");
  }
}
