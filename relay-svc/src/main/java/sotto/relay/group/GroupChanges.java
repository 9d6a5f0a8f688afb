package sotto.relay.group;

import com.google.protobuf.ByteString;
import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import sotto.chain.AccountId;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.MemberResult;
import sotto.group.v1.ApplyResponse;
import sotto.group.v1.ChangeRequest;
import sotto.group.v1.ChangeResponse;
import sotto.group.v1.Changed;
import sotto.group.v1.GroupServiceGrpc;
import sotto.mailbox.v1.GroupAppend;
import sotto.mailbox.v1.GroupAppendRecipient;
import sotto.mesh.Caller;
import sotto.proto.Statuses;
import sotto.relay.limit.Exceeded;
import sotto.relay.mailbox.Mailboxes;
import sotto.relay.time.Wheel;

/// Changes of groups: the owner of the group applies one, then all whom it concerns are told of it
/// by an envelope, as the members of a group are told of a message.
///
/// The envelope's id is made of the change, so the same call again tells nobody twice. A call that
/// did not reach everybody in time fails, and is repeated by the client: its answer means that all
/// are told who can be.
public final class GroupChanges extends GroupServiceGrpc.GroupServiceImplBase {
  private static final Logger LOG = System.getLogger(GroupChanges.class.getName());
  private static final int ENVELOPE_ID = 16;
  private static final Duration COME_BACK = Duration.ofSeconds(1);

  private final GroupOwners owners;
  private final FanOut fanOut;
  private final Function<Caller, Optional<Exceeded>> limit;
  private final Wheel wheel;
  private final long patienceMillis;

  /// Changes.
  ///
  /// @param owners of the groups
  /// @param fanOut to those who are told
  /// @param limit takes one change of a caller
  /// @param wheel time
  /// @param patience the longest call
  public GroupChanges(
      GroupOwners owners,
      FanOut fanOut,
      Function<Caller, Optional<Exceeded>> limit,
      Wheel wheel,
      Duration patience) {
    this.owners = owners;
    this.fanOut = fanOut;
    this.limit = limit;
    this.wheel = wheel;
    this.patienceMillis = patience.toMillis();
  }

  /// The whole service.
  ///
  /// @param others serves what is not done here
  public ServerServiceDefinition with(ServerServiceDefinition others) {
    var own = bindService();
    MethodDescriptor<ChangeRequest, ChangeResponse> change = GroupServiceGrpc.getChangeMethod();
    var service = ServerServiceDefinition.builder(GroupServiceGrpc.SERVICE_NAME);
    service.addMethod(own.getMethod(change.getFullMethodName()));
    others.getMethods().stream()
        .filter(method ->
            !method.getMethodDescriptor().getFullMethodName().equals(change.getFullMethodName()))
        .forEach(service::addMethod);
    return service.build();
  }

  @Override
  public void change(ChangeRequest request, StreamObserver<ChangeResponse> response) {
    var caller = Caller.required();
    limit
        .apply(caller)
        .ifPresent(exceeded -> {
          throw exceeded.status();
        });
    // Who has gone is not answered, and that is no failure.
    ((ServerCallStreamObserver<ChangeResponse>) response).setOnCancelHandler(() -> {});
    new Call(caller, request, response).apply();
  }

  private final class Call {
    private final Caller author;
    private final ChangeRequest request;
    private final StreamObserver<ChangeResponse> response;
    private final long untilMillis = wheel.now() + patienceMillis;
    private final SynchronizationContext turn =
        new SynchronizationContext((thread, e) -> failed(e));

    Call(Caller author, ChangeRequest request, StreamObserver<ChangeResponse> response) {
      this.author = author;
      this.request = request;
      this.response = response;
    }

    void apply() {
      owners.apply(
          author,
          request,
          patienceMillis,
          answer -> turn.execute(() -> applied(answer)),
          failure -> turn.execute(() -> response.onError(failure)));
    }

    private void applied(ApplyResponse answer) {
      switch (answer.getOutcomeCase()) {
        case APPLIED -> tell(answer.getApplied().getTold());
        case STALE -> answer(ChangeResponse.newBuilder().setStale(answer.getStale()));
        case REFUSED -> answer(ChangeResponse.newBuilder().setRefused(answer.getRefused()));
        case OUTCOME_NOT_SET -> response.onError(unavailable());
      }
    }

    private void tell(ByteString accounts) {
      var id = envelopeId(request.getChange());
      var append =
          GroupAppend.newBuilder()
              .setSenderAccountId(Mailboxes.bytes(author.account()))
              .setSenderDevice(author.device().number())
              .setEnvelope(envelope());
      for (int from = 0; from < accounts.size(); from += AccountId.LENGTH) {
        append.addRecipients(
            GroupAppendRecipient.newBuilder()
                .setAccountId(accounts.substring(from, from + AccountId.LENGTH))
                .setEnvelopeId(id));
      }
      var _ = fanOut.send(append.build(), turn, Math.max(0, untilMillis - wheel.now()), this::told);
    }

    private ByteString envelope() {
      return Envelope.newBuilder()
          .setSenderAccountId(Mailboxes.bytes(author.account()))
          .setSenderDevice(author.device().number())
          .setType(CiphertextType.CIPHERTEXT_TYPE_GROUP_CHANGED)
          .setCiphertext(request.getChange())
          .setGroupId(request.getGroupId())
          .build()
          .toByteString();
    }

    private void told(List<MemberResult> results) {
      if (results.stream().anyMatch(MemberResult::hasUnavailable)) {
        response.onError(unavailable());
      } else {
        answer(ChangeResponse.newBuilder().setChanged(Changed.getDefaultInstance()));
      }
    }

    private void answer(ChangeResponse.Builder answer) {
      response.onNext(answer.build());
      response.onCompleted();
    }

    private void failed(Throwable failure) {
      LOG.log(Level.ERROR, "a change of a group failed", failure);
    }
  }

  private static StatusRuntimeException unavailable() {
    return Statuses.unavailable("not all members are told yet", COME_BACK);
  }

  /// The first 16 bytes of SHA-256 of the change.
  private static ByteString envelopeId(ByteString change) {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(change.toByteArray());
      return ByteString.copyFrom(hash, 0, ENVELOPE_ID);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
