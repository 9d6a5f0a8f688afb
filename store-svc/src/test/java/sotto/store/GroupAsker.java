package sotto.store;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.testing.TestAccount;
import sotto.group.GroupChange;
import sotto.group.testing.TestGroup;
import sotto.group.v1.ApplyRequest;
import sotto.group.v1.ApplyResponse;
import sotto.group.v1.ChangeRequest;
import sotto.group.v1.CheckSendRequest;
import sotto.group.v1.CheckSendResponse;
import sotto.group.v1.GetChangesRequest;
import sotto.group.v1.GetChangesResponse;
import sotto.group.v1.GroupOwnerServiceGrpc;
import sotto.group.v1.GroupServiceGrpc;
import sotto.mesh.Caller;

/// What a relay asks a store about groups.
///
/// @param channel to the store
record GroupAsker(Channel channel) {
  ApplyResponse apply(DeviceAddress by, TestGroup group, GroupChange change) {
    return apply(by, group, change.body().revision(), ByteString.copyFrom(change.bytes()));
  }

  ApplyResponse apply(DeviceAddress by, TestGroup group, long revision, ByteString change) {
    return new Caller(by.account(), by.device())
        .on(GroupOwnerServiceGrpc.newBlockingStub(channel))
        .apply(
            ApplyRequest.newBuilder()
                .setChange(
                    ChangeRequest.newBuilder()
                        .setGroupId(id(group))
                        .setRevision(revision)
                        .setChange(change))
                .build());
  }

  CheckSendResponse check(
      AccountId from, TestGroup group, long revision, List<TestAccount> recipients) {
    ByteString to = ByteString.copyFrom(recipients.stream().map(Rig::id).toList());
    return GroupOwnerServiceGrpc.newBlockingStub(channel)
        .checkSend(
            CheckSendRequest.newBuilder()
                .setGroupId(id(group))
                .setRevision(revision)
                .setSenderAccountId(ByteString.copyFrom(from.bytes()))
                .setRecipients(to)
                .build());
  }

  GetChangesResponse changes(DeviceAddress by, TestGroup group, long from, ByteString proof) {
    return new Caller(by.account(), by.device())
        .on(GroupServiceGrpc.newBlockingStub(channel))
        .getChanges(
            GetChangesRequest.newBuilder()
                .setGroupId(id(group))
                .setFromRevision(from)
                .setJoinProof(proof)
                .build());
  }

  static ByteString id(TestGroup group) {
    return ByteString.copyFrom(group.changes().getFirst().group().bytes());
  }

  /// Whom an applied change is told to.
  static List<AccountId> told(ApplyResponse response) {
    if (!response.hasApplied()) {
      throw new AssertionError(response);
    }
    ByteString told = response.getApplied().getTold();
    List<AccountId> accounts = new ArrayList<>();
    for (int from = 0; from < told.size(); from += AccountId.LENGTH) {
      accounts.add(new AccountId(told.substring(from, from + AccountId.LENGTH).toByteArray()));
    }
    return accounts;
  }
}
