package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;
import static sotto.relay.TestRelay.await;
import static sotto.relay.TestRelay.take;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.MailboxFull;
import sotto.group.v1.ApplyResponse;
import sotto.group.v1.ChangeRefused;
import sotto.group.v1.ChangeRequest;
import sotto.group.v1.ChangeResponse;
import sotto.group.v1.GetChangesRequest;
import sotto.group.v1.GroupServiceGrpc;
import sotto.group.v1.GroupServiceGrpc.GroupServiceFutureStub;
import sotto.group.v1.StaleRevision;
import sotto.mailbox.v1.Again;
import sotto.mailbox.v1.AppendResult;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Changes of groups.
class GroupChangeTest {
  private static final Duration STEP = Duration.ofMillis(200);
  private static final ByteString GROUP = TestClient.id("group");
  private static final ByteString CHANGE = ByteString.copyFromUtf8("signed change");
  private static final DeviceAddress CAROL = new DeviceAddress(new AccountId(3, 3), DeviceId.FIRST);
  private static final DeviceAddress SECOND = new DeviceAddress(ALICE.account(), new DeviceId(2));

  private final TestRelay relay = new TestRelay("a:1", "b:1");
  private final MemoryGroups owner = relay.stores.groups("b:1");

  GroupChangeTest() {
    relay.stores.boxes.give(new AccountId(GROUP.toByteArray()), "b:1");
  }

  @AfterEach
  void close() {
    relay.close();
  }

  private GroupServiceFutureStub alice() {
    var headers = new Metadata();
    headers.put(TestClient.AUTHORIZATION, "Bearer " + relay.token(ALICE));
    return GroupServiceGrpc.newFutureStub(relay.channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static ChangeRequest request() {
    return ChangeRequest.newBuilder().setGroupId(GROUP).setRevision(3).setChange(CHANGE).build();
  }

  private ListenableFuture<ChangeResponse> change() {
    var answer = alice().change(request());
    relay.advanceUntil(STEP, answer::isDone);
    return answer;
  }

  private static Reason reason(ListenableFuture<?> failed) {
    try {
      throw new AssertionError("answered with " + failed.get());
    } catch (ExecutionException e) {
      return Statuses.reason(Objects.requireNonNull(e.getCause())).orElseThrow();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void changeThatIsApplied_isToldToTheMembersAndTheAuthorsOtherDevices() throws Exception {
    owner.tell(ALICE, BOB, CAROL);
    var bob = relay.client(BOB).live(1);
    var second = relay.client(SECOND).live(1);
    var first = relay.client(ALICE).live(1);

    assertThat(change().get().hasChanged()).isTrue();

    assertThat(take(owner.callers)).contains(new Caller(ALICE.account(), ALICE.device()));
    assertThat(take(owner.changes).getChange()).isEqualTo(request());
    var told =
        Envelope.newBuilder()
            .setSenderAccountId(ByteString.copyFrom(ALICE.account().bytes()))
            .setSenderDevice(1)
            .setType(CiphertextType.CIPHERTEXT_TYPE_GROUP_CHANGED)
            .setCiphertext(CHANGE)
            .setGroupId(GROUP)
            .build();
    assertThat(Envelope.parseFrom(bob.deliveries(1).getFirst().getEnvelope())).isEqualTo(told);
    assertThat(Envelope.parseFrom(second.deliveries(1).getFirst().getEnvelope())).isEqualTo(told);
    assertThat(relay.mailbox.texts(CAROL)).hasSize(1);
    assertThat(relay.mailbox.texts(ALICE)).isEmpty();
    first.ping(1);
    assertThat(first.next().hasPong()).isTrue();
  }

  @Test
  void envelope_isWhateverTheChainOfAMemberIs_andItsIdIsMadeOfTheChange() throws Exception {
    owner.tell(BOB);
    assertThat(change().get().hasChanged()).isTrue();
    assertThat(change().get().hasChanged()).as("the same call again").isTrue();

    var hash = MessageDigest.getInstance("SHA-256").digest(CHANGE.toByteArray());
    var id = ByteString.copyFrom(hash, 0, 16);
    await(() ->
        relay.stores.mailbox("a:1").groupAppends.size()
                + relay.stores.mailbox("b:1").groupAppends.size()
            >= 2);
    assertThat(relay.stores.mailbox("a:1").groupAppends)
        .allMatch(append -> append.getRecipients(0).getEnvelopeId().equals(id))
        .allMatch(append -> !append.getRecipients(0).hasChainSequence());
    assertThat(relay.mailbox.texts(BOB)).hasSize(1);
  }

  @Test
  void memberWhoIsNotReachedInTime_failsTheCall_andAFullMailboxDoesNot() throws Exception {
    owner.tell(BOB, CAROL);
    for (var pod : relay.stores.list().names()) {
      relay
          .stores
          .mailbox(pod)
          .answerRecipients(to ->
              to.getAccountId().equals(ByteString.copyFrom(BOB.account().bytes()))
                  ? Optional.of(AppendResult.newBuilder().setAgain(Again.getDefaultInstance()))
                  : Optional.empty());
    }
    assertThat(reason(change())).isEqualTo(Reason.UNAVAILABLE);
    assertThat(relay.mailbox.texts(CAROL)).hasSize(1);
    for (var pod : relay.stores.list().names()) {
      relay
          .stores
          .mailbox(pod)
          .answerRecipients(_ ->
              Optional.of(
                  AppendResult.newBuilder().setMailboxFull(MailboxFull.getDefaultInstance())));
    }
    assertThat(change().get().hasChanged()).isTrue();
  }

  @Test
  void whatTheOwnerRefuses_isTheAnswer_andNobodyIsTold() throws Exception {
    owner.answerChanges(
        ApplyResponse.newBuilder().setStale(StaleRevision.newBuilder().setRevision(8)));
    assertThat(change().get().getStale().getRevision()).isEqualTo(8);
    owner.answerChanges(
        ApplyResponse.newBuilder().setRefused(ChangeRefused.newBuilder().setReason("NOT_ALLOWED")));
    assertThat(change().get().getRefused().getReason()).isEqualTo("NOT_ALLOWED");
    assertThat(relay.mailbox.groupAppends).isEmpty();
  }

  @Test
  void ownerThatFails_isAskedAgain_andOneThatDoesNotAnswerIsUnavailable() throws Exception {
    owner.tell(BOB);
    owner.failing.set(2);
    assertThat(change().get().hasChanged()).isTrue();
    owner.failing.set(Integer.MAX_VALUE);
    assertThat(reason(change())).isEqualTo(Reason.UNAVAILABLE);
  }

  @Test
  void changesAboveTheLimit_areToldWhenToComeBack() throws Exception {
    for (int i = 0; i < 600; i++) {
      assertThat(alice().change(request()).get().hasChanged()).isTrue();
    }
    // All calls of the account are back, and twelve changes.
    relay.advance(Duration.ofSeconds(12));
    for (int i = 0; i < 12; i++) {
      assertThat(alice().change(request()).get().hasChanged()).isTrue();
    }
    assertThat(reason(change())).isEqualTo(Reason.RATE_LIMITED);
  }

  @Test
  void getChanges_goesToTheOwnerOfTheGroupAsItsCaller() throws Exception {
    var request = GetChangesRequest.newBuilder().setGroupId(GROUP).build();
    assertThat(alice().getChanges(request).get().getFound()).isTrue();
    assertThat(take(owner.callers)).contains(new Caller(ALICE.account(), ALICE.device()));
  }
}
