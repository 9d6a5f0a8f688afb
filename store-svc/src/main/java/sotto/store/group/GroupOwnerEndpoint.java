package sotto.store.group;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.util.Collection;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.GroupSendRefused;
import sotto.group.GroupId;
import sotto.group.v1.Applied;
import sotto.group.v1.ApplyRequest;
import sotto.group.v1.ApplyResponse;
import sotto.group.v1.ChangeRefused;
import sotto.group.v1.ChangeRequest;
import sotto.group.v1.CheckSendRequest;
import sotto.group.v1.CheckSendResponse;
import sotto.group.v1.GroupOwnerServiceGrpc;
import sotto.group.v1.MaySend;
import sotto.group.v1.StaleRevision;
import sotto.mesh.Caller;
import sotto.store.account.Chains;
import sotto.store.sql.Readers;
import sotto.store.write.KnownGroup;
import sotto.store.write.Writers;

/// What relays ask the owner of a group. Handlers block until what they answer is durable.
public final class GroupOwnerEndpoint extends GroupOwnerServiceGrpc.GroupOwnerServiceImplBase {
  private static final long NOTHING = 0;

  private final Groups groups;
  private final Applying applying;

  /// Serves what these hold.
  public GroupOwnerEndpoint(Writers writers, Readers readers) {
    this.groups = new Groups(writers, readers);
    this.applying = new Applying(groups, new Chains(readers));
  }

  @Override
  public void apply(ApplyRequest request, StreamObserver<ApplyResponse> response) {
    Caller caller = Caller.required();
    ChangeRequest change = request.getChange();
    ApplyResponse.Builder result = ApplyResponse.newBuilder();
    switch (applying.apply(
        new DeviceAddress(caller.account(), caller.device()),
        new GroupId(change.getGroupId().toByteArray()),
        change.getRevision(),
        change.getChange().toByteArray())) {
      case Applying.Applied(var told) ->
          result.setApplied(Applied.newBuilder().setTold(together(told)));
      case Applying.Stale(long revision) -> result.setStale(stale(revision));
      case Applying.Refused(String reason) ->
          result.setRefused(ChangeRefused.newBuilder().setReason(reason));
    }
    response.onNext(result.build());
    response.onCompleted();
  }

  private static ByteString together(Collection<AccountId> accounts) {
    ByteString.Output bytes = ByteString.newOutput(accounts.size() * AccountId.LENGTH);
    accounts.forEach(account -> bytes.write(account.bytes(), 0, AccountId.LENGTH));
    return bytes.toByteString();
  }

  private static StaleRevision stale(long revision) {
    return StaleRevision.newBuilder().setRevision(revision).build();
  }

  /// The answer is the owner's of this moment, also when it allows: who was removed before is not
  /// sent to any more.
  @Override
  public void checkSend(CheckSendRequest request, StreamObserver<CheckSendResponse> response) {
    GroupId id = new GroupId(request.getGroupId().toByteArray());
    response.onNext(
        groups.at(
            id,
            NOTHING,
            (_, group) -> group.map(known -> check(known, request)).orElse(refused(UNKNOWN))));
    response.onCompleted();
  }

  private static final String UNKNOWN = "UNKNOWN_GROUP";

  private static CheckSendResponse check(KnownGroup group, CheckSendRequest request) {
    AccountId sender = new AccountId(request.getSenderAccountId().toByteArray());
    if (!group.concerns(sender)) {
      return refused(UNKNOWN);
    }
    if (group.chain().member(sender).isEmpty()) {
      return refused("NOT_A_MEMBER");
    }
    if (group.chain().revision() != request.getRevision()) {
      return CheckSendResponse.newBuilder().setStale(stale(group.chain().revision())).build();
    }
    if (!group.chain().maySend(sender)) {
      return refused("MAY_NOT_SEND");
    }
    return stranger(group, request.getRecipients()).isPresent()
        ? refused("RECIPIENT_NOT_A_MEMBER")
        : CheckSendResponse.newBuilder().setMaySend(MaySend.getDefaultInstance()).build();
  }

  private static Optional<AccountId> stranger(KnownGroup group, ByteString recipients) {
    for (int from = 0; from < recipients.size(); from += AccountId.LENGTH) {
      int to = Math.min(recipients.size(), from + AccountId.LENGTH);
      AccountId account = new AccountId(recipients.substring(from, to).toByteArray());
      if (group.chain().member(account).isEmpty()) {
        return Optional.of(account);
      }
    }
    return Optional.empty();
  }

  private static CheckSendResponse refused(String reason) {
    return CheckSendResponse.newBuilder()
        .setRefused(GroupSendRefused.newBuilder().setReason(reason))
        .build();
  }
}
