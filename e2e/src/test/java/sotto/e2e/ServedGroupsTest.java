package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.chain.DeviceId;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.GroupRecipient;
import sotto.chat.v1.GroupSend;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.MemberResult;
import sotto.chat.v1.ServerFrame.FrameCase;
import sotto.group.Action;
import sotto.group.GroupChange;
import sotto.group.Role;
import sotto.group.testing.TestGroup;
import sotto.group.v1.ChangeResponse;

/// Groups over the public port of a whole server: changes that are told, messages to many, and what
/// is refused.
@ExtendWith(Stage.Given.class)
final class ServedGroupsTest {
  private static final DeviceId FIRST = DeviceId.FIRST;

  private final Stage stage;
  private final Wire wire;
  private final RawMember alice;
  private final RawMember bob;
  private final RawMember carol;
  private final TestGroup group;
  private long requests;

  ServedGroupsTest(Stage stage) {
    this.stage = stage;
    wire = stage.wire();
    alice = member("alice");
    bob = member("bob");
    carol = member("carol");
    group =
        TestGroup.found(
            1, alice.account, Map.of(bob.account, Role.ADMIN, carol.account, Role.MEMBER));
  }

  private RawMember member(String name) {
    return RawMember.registered(
        wire, ThreadLocalRandom.current().nextLong(), stage.freshName(name));
  }

  @AfterEach
  void close() {
    wire.close();
  }

  private ByteString groupId() {
    return ByteString.copyFrom(group.chain().id().bytes());
  }

  private void found() {
    assertThat(alice.change(group.changes().getFirst()).hasChanged()).isTrue();
  }

  private GroupSend.Builder send(String text, GroupRecipient.Builder... to) {
    var send =
        GroupSend.newBuilder()
            .setRequest(++requests)
            .setGroupId(groupId())
            .setRevision(group.chain().revision())
            .setCiphertext(ByteString.copyFromUtf8(text));
    List.of(to).forEach(send::addRecipients);
    return send;
  }

  private static List<Envelope> received(RawStream stream, int count) {
    var deliveries = stream.deliveries(count);
    stream.ack(deliveries);
    return deliveries.stream().map(d -> envelope(d.getEnvelope())).toList();
  }

  private static Envelope envelope(ByteString bytes) {
    try {
      return Envelope.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> texts(RawStream stream, int count) {
    return received(stream, count).stream()
        .filter(e -> e.getType() == CiphertextType.CIPHERTEXT_TYPE_SENDER_KEY)
        .map(e -> e.getCiphertext().toStringUtf8())
        .toList();
  }

  private static void assertAccepted(GroupSendResult result, int count) {
    assertThat(result.getResultsList()).hasSize(count).allMatch(MemberResult::hasAccepted);
  }

  @Test
  void founding_isToldToEveryDevice_andMessagesReachAllOfThem() {
    var second = bob.addDevice();
    var aliceToo = alice.addDevice();
    try (var atAlice = alice.connect(FIRST, 1);
        var atAlice2 = alice.connect(aliceToo, 1);
        var atBob = bob.connect(FIRST, 1);
        var atBob2 = bob.connect(second, 1);
        var atCarol = carol.connect(FIRST, 1)) {
      found();
      for (var stream : List.of(atAlice2, atBob, atBob2, atCarol)) {
        assertThat(received(stream, 1))
            .singleElement()
            .satisfies(e -> {
              assertThat(e.getType()).isEqualTo(CiphertextType.CIPHERTEXT_TYPE_GROUP_CHANGED);
              assertThat(e.getSenderAccountId()).isEqualTo(alice.id());
              assertThat(e.getGroupId()).isEqualTo(groupId());
              assertThat(e.getCiphertext().toByteArray())
                  .isEqualTo(group.changes().getFirst().bytes());
            });
      }
      for (int i = 1; i <= 20; i++) {
        assertAccepted(
            RawMember.send(
                atAlice, send("m" + i, bob.recipient(i), carol.recipient(i), alice.recipient(i))),
            3);
      }
      var sent = new ArrayList<String>();
      for (int i = 1; i <= 20; i++) {
        sent.add("m" + i);
      }
      for (var stream : List.of(atAlice2, atBob, atBob2, atCarol)) {
        assertThat(texts(stream, 20)).isEqualTo(sent);
      }
    }
  }

  @Test
  void messageUnderAnotherRevision_isStale_andRemovedMembersNeitherSendNorReceive() {
    found();
    try (var atBob = bob.connect(FIRST, 1);
        var atCarol = carol.connect(FIRST, 1)) {
      received(atCarol, 1);
      var stale = send("stale", bob.recipient(1), carol.recipient(1));
      GroupChange removal =
          group.append(alice.account, new Action.RemoveMembers(List.of(carol.account.id())));
      assertThat(alice.change(removal).hasChanged()).isTrue();
      assertThat(received(atCarol, 1).getFirst().getCiphertext().toByteArray())
          .as("who is removed is told")
          .isEqualTo(removal.bytes());

      assertThat(RawMember.send(atBob, stale).getStaleRevision()).isEqualTo(1);
      assertThat(refusal(atBob, send("x", alice.recipient(2), carol.recipient(2))))
          .isEqualTo("RECIPIENT_NOT_A_MEMBER");
      assertThat(refusal(atCarol, send("x", alice.recipient(3)))).isEqualTo("NOT_A_MEMBER");
      assertAccepted(RawMember.send(atBob, send("on", alice.recipient(4))), 1);
    }
    assertThat(carol.changes(groupId()).getRevision()).isEqualTo(1);
    group.append(alice.account, new Action.SetAttributes(group.attributes()));
    assertThat(alice.change(group.changes().getLast()).hasChanged()).isTrue();
    assertThat(carol.changes(groupId()).getChangesCount()).isEqualTo(2);
    assertThat(bob.changes(groupId()).getChangesCount()).isEqualTo(3);
  }

  private static String refusal(RawStream stream, GroupSend.Builder send) {
    return RawMember.send(stream, send).getRefused().getReason();
  }

  @Test
  void strangers_hearOfNoGroup_andNobodyChangesItInAnothersName() {
    found();
    var mallory = member("mallory");
    assertThat(mallory.changes(groupId()).getFound()).isFalse();
    GroupChange byBob = group.sign(bob.account, new Action.SetAttributes(group.attributes()));
    assertThat(reason(mallory.change(byBob))).isEqualTo("WRONG_AUTHOR");
    assertThat(reason(carol.change(group.sign(carol.account, new Action.End()))))
        .isEqualTo("NOT_ALLOWED");
    try (var atMallory = mallory.connect(FIRST, 1)) {
      assertThat(refusal(atMallory, send("x", alice.recipient(1)))).isEqualTo("UNKNOWN_GROUP");
      var twice = send("x", alice.recipient(1), alice.recipient(2));
      assertThat(RawMember.send(atMallory, twice).hasInvalid()).isTrue();
    }
    assertThat(bob.changes(groupId()).getRevision()).isZero();
  }

  private static String reason(ChangeResponse response) {
    return response.getRefused().getReason();
  }

  /// A removed member with a client of its own making: it keeps its token, which is good for its
  /// own account, its keys, and the invite link.
  @Test
  void removedMember_whoKeepsTokenKeysAndLink_getsNothingAndChangesNothing() {
    found();
    group.newLink(false);
    assertThat(alice.change(group.changes().getLast()).hasChanged()).isTrue();
    var proof = group.proof(carol.account);
    try (var atCarol = carol.connect(FIRST, 1);
        var atAlice = alice.connect(FIRST, 1)) {
      var before = carol.recipient(1);
      assertAccepted(RawMember.send(atAlice, send("before", before)), 1);
      received(atCarol, 3);
      group.append(alice.account, new Action.RemoveMembers(List.of(carol.account.id())));
      assertThat(alice.change(group.changes().getLast()).hasChanged()).isTrue();
      received(atCarol, 1);
      group.append(bob.account, new Action.SetAttributes(group.attributes()));
      assertThat(bob.change(group.changes().getLast()).hasChanged()).isTrue();
      assertAccepted(RawMember.send(atAlice, send("after", bob.recipient(2))), 1);

      for (long revision = 0; revision <= group.chain().revision(); revision++) {
        assertThat(refusal(atCarol, send("x", bob.recipient(3)).setRevision(revision)))
            .isEqualTo("NOT_A_MEMBER");
      }
      var rename = group.sign(carol.account, new Action.SetAttributes(group.attributes()));
      assertThat(reason(carol.change(rename))).isEqualTo("NOT_A_MEMBER");
      assertThat(reason(carol.change(group.sign(carol.account, new Action.Join(proof)))))
          .isEqualTo("BARRED");
      for (var all : List.of(carol.changes(groupId()), carol.changes(groupId(), proof))) {
        assertThat(all.getRevision()).as("she sees up to her removal").isEqualTo(2);
        assertThat(all.getChangesCount()).isEqualTo(3);
      }
    }
    try (var atCarol = carol.connect(FIRST, 2)) {
      atCarol.await(FrameCase.QUEUE_EMPTY);
      assertThat(atCarol.next(0)).isEmpty();
    }
    assertThat(bob.changes(groupId()).getRevision()).isEqualTo(3);
  }

  @Test
  void sameIdsAgain_areStoredOnce_andTheSameChangeIsToldOnce() {
    found();
    found();
    try (var atAlice = alice.connect(FIRST, 1)) {
      var send = send("once", bob.recipient(1), carol.recipient(1));
      assertAccepted(RawMember.send(atAlice, send), 2);
    }
    try (var atAlice = alice.connect(FIRST, 2)) {
      var again = send("once", carol.recipient(1), bob.recipient(1));
      assertAccepted(RawMember.send(atAlice, again), 2);
      assertAccepted(
          RawMember.send(atAlice, send("last", bob.recipient(2), carol.recipient(2))), 2);
    }
    for (var reader : List.of(bob, carol)) {
      try (var stream = reader.connect(FIRST, 1)) {
        assertThat(received(stream, 3))
            .extracting(Envelope::getType)
            .containsExactly(
                CiphertextType.CIPHERTEXT_TYPE_GROUP_CHANGED,
                CiphertextType.CIPHERTEXT_TYPE_SENDER_KEY,
                CiphertextType.CIPHERTEXT_TYPE_SENDER_KEY);
      }
    }
  }

  @Test
  void memberWithAnotherDevice_isMismatchedUntilTheSenderKnows_andTheOthersAreNot() {
    found();
    try (var atAlice = alice.connect(FIRST, 1)) {
      var old = send("one", bob.recipient(1), carol.recipient(1));
      bob.addDevice();
      var result = RawMember.send(atAlice, old);
      assertThat(result.getResults(0).getMismatchedDevices().getChainSequence()).isEqualTo(1);
      assertThat(result.getResults(1).hasAccepted()).isTrue();
      assertAccepted(RawMember.send(atAlice, send("one", bob.recipient(1))), 1);
    }
  }

  /// One sender's share of a mailbox is 16 MiB.
  @Test
  void fullMailboxOfOneMember_neitherDoublesNorWithholdsWhatIsForTheOthers() {
    found();
    var large = "x".repeat(96 << 10);
    try (var atAlice = alice.connect(FIRST, 1)) {
      int n = 1;
      while (RawMember.send(atAlice, send(large, bob.recipient(n))).getResults(0).hasAccepted()) {
        assertThat(++n).isLessThan(200);
      }
      for (int times = 0; times < 2; times++) {
        var result =
            RawMember.send(atAlice, send("for carol", bob.recipient(500), carol.recipient(500)));
        assertThat(result.getResults(1).hasAccepted()).isTrue();
      }
      var full = RawMember.send(atAlice, send(large, bob.recipient(501), carol.recipient(501)));
      assertThat(full.getResults(0).hasMailboxFull()).isTrue();
      assertThat(full.getResults(1).hasAccepted()).isTrue();
    }
    try (var atCarol = carol.connect(FIRST, 1)) {
      assertThat(texts(atCarol, 3)).containsExactly("for carol", large);
    }
  }
}
