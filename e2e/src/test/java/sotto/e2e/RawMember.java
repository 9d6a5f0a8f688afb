package sotto.e2e;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import sotto.account.v1.AddDeviceRequest;
import sotto.account.v1.DeviceRegistration;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.RegisterRequest;
import sotto.account.v1.SignInRequest;
import sotto.chain.ChallengeBytes;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.GroupRecipient;
import sotto.chat.v1.GroupSend;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.ServerFrame.FrameCase;
import sotto.group.GroupChange;
import sotto.group.JoinProof;
import sotto.group.v1.ChangeRequest;
import sotto.group.v1.ChangeResponse;
import sotto.group.v1.GetChangesRequest;
import sotto.group.v1.GetChangesResponse;
import sotto.group.v1.GroupServiceGrpc;
import sotto.group.v1.GroupServiceGrpc.GroupServiceBlockingStub;
import sotto.keys.v1.SignedPreKey;

/// An account that signs with its real keys, and whose messages are any bytes: for what servers do
/// with groups.
final class RawMember {
  private static final int EC = 5;
  private static final int KYBER = 8;

  final TestAccount account;
  private final Wire wire;
  private final Random random;

  private RawMember(Wire wire, long seed) {
    this.wire = wire;
    this.account = TestAccount.found(seed);
    this.random = new Random(seed);
  }

  /// A registered account with one device.
  static RawMember registered(Wire wire, long seed, String username) {
    var member = new RawMember(wire, seed);
    var response =
        wire.accounts(new Metadata())
            .register(
                RegisterRequest.newBuilder()
                    .setUsername(username)
                    .setLink(ByteString.copyFrom(member.account.chain().links().getFirst().bytes()))
                    .setDevice(member.device())
                    .build());
    if (!response.hasRegistered()) {
      throw new AssertionError("not registered: " + response);
    }
    return member;
  }

  /// Adds the next device.
  DeviceId addDevice() {
    var added = account.addDevice();
    var response =
        wire.accounts(new Metadata())
            .addDevice(
                AddDeviceRequest.newBuilder()
                    .setAccountId(id())
                    .setLink(ByteString.copyFrom(account.chain().links().getLast().bytes()))
                    .setDevice(device())
                    .build());
    if (!response.hasAppended()) {
      throw new AssertionError("not added: " + response);
    }
    return added;
  }

  private DeviceRegistration device() {
    return DeviceRegistration.newBuilder()
        .setRegistrationId(1)
        .setSignedPreKey(key(33, EC))
        .setLastResortKyberPreKey(key(1569, KYBER))
        .build();
  }

  /// Servers look at its form alone.
  private SignedPreKey key(int length, int type) {
    var key = new byte[length];
    random.nextBytes(key);
    key[0] = (byte) type;
    return SignedPreKey.newBuilder()
        .setId(1)
        .setPublicKey(ByteString.copyFrom(key))
        .setSignature(ByteString.copyFrom(new byte[64]))
        .build();
  }

  ByteString id() {
    return ByteString.copyFrom(account.id().bytes());
  }

  private Metadata signedIn(DeviceId device) {
    var accounts = wire.accounts(new Metadata());
    var challenge =
        accounts
            .getChallenge(
                GetChallengeRequest.newBuilder()
                    .setAccountId(id())
                    .setDevice(device.number())
                    .build())
            .getChallenge();
    var answer =
        account.answer(wire.host(), ChallengeBytes.SIGN_IN, challenge.toByteArray(), device);
    var response =
        accounts.signIn(
            SignInRequest.newBuilder()
                .setAccountId(id())
                .setDevice(device.number())
                .setChallenge(challenge)
                .setServerName(wire.host())
                .setSignature(ByteString.copyFrom(answer))
                .build());
    if (!response.hasToken()) {
      throw new AssertionError("not signed in: " + response);
    }
    return Wire.bearer(response.getToken().getValue());
  }

  /// A device's stream after `welcome`.
  RawStream connect(DeviceId device, long number) {
    var stream = new RawStream(wire.with(signedIn(device)), true);
    stream.hello(number);
    stream.await(FrameCase.WELCOME);
    return stream;
  }

  private GroupServiceBlockingStub groups() {
    return GroupServiceGrpc.newBlockingStub(wire.with(signedIn(DeviceId.FIRST)))
        .withDeadlineAfter(Wire.SECONDS, TimeUnit.SECONDS);
  }

  ChangeResponse change(GroupChange change) {
    return groups()
        .change(
            ChangeRequest.newBuilder()
                .setGroupId(ByteString.copyFrom(change.group().bytes()))
                .setRevision(change.body().revision())
                .setChange(ByteString.copyFrom(change.bytes()))
                .build());
  }

  GetChangesResponse changes(ByteString group) {
    return groups().getChanges(GetChangesRequest.newBuilder().setGroupId(group).build());
  }

  /// The changes that are had by an invite link.
  GetChangesResponse changes(ByteString group, JoinProof proof) {
    return groups()
        .getChanges(
            GetChangesRequest.newBuilder()
                .setGroupId(group)
                .setJoinProof(ByteString.copyFrom(proof.signature().toArray()))
                .build());
  }

  /// As a recipient of message `n`.
  GroupRecipient.Builder recipient(long n) {
    return GroupRecipient.newBuilder()
        .setAccountId(id())
        .setEnvelopeId(
            ByteString.copyFrom(java.nio.ByteBuffer.allocate(16).putLong(n).putLong(~n).array()))
        .setChainSequence((int) account.chain().sequence());
  }

  /// Sends and waits for the result.
  static GroupSendResult send(RawStream stream, GroupSend.Builder send) {
    stream.send(ClientFrame.newBuilder().setGroupSend(send));
    return stream
        .await(
            f -> f.hasGroupSendResult() && f.getGroupSendResult().getRequest() == send.getRequest())
        .getGroupSendResult();
  }
}
