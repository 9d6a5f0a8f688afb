package sotto.client;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;
import sotto.chat.v1.Accepted;
import sotto.chat.v1.CiphertextType;
import sotto.chat.v1.Envelope;
import sotto.chat.v1.GroupRecipient;
import sotto.chat.v1.GroupSend;
import sotto.chat.v1.GroupSendRefused;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.MemberResult;
import sotto.chat.v1.MismatchedDevices;
import sotto.chat.v1.UnknownRecipient;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupId;
import sotto.group.GroupRefusal;
import sotto.group.InviteLink;
import sotto.group.JoinProof;
import sotto.group.v1.ChangeRefused;
import sotto.group.v1.ChangeRequest;
import sotto.group.v1.ChangeResponse;
import sotto.group.v1.Changed;
import sotto.group.v1.GetChangesRequest;
import sotto.group.v1.GetChangesResponse;
import sotto.group.v1.GroupServiceGrpc;
import sotto.group.v1.StaleRevision;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// The groups of a [FakeServer], guarded by it.
final class FakeGroups extends GroupServiceGrpc.GroupServiceImplBase {
  /// What groups need of the accounts.
  interface Accounts {
    Optional<AccountChain> chain(AccountId account);

    /// Puts an envelope into the mailboxes of an account's devices, but for one.
    void deliver(AccountId account, DeviceAddress but, ByteString envelopeId, Envelope envelope);
  }

  private static final int PAGE = 256;

  private static final class Group {
    GroupChain chain;
    final List<ByteString> changes = new ArrayList<>();
    final Map<AccountId, Long> left = new HashMap<>();

    Group(GroupChain chain) {
      this.chain = chain;
    }
  }

  private final Object guard;
  private final Accounts accounts;
  private final Map<GroupId, Group> groups = new HashMap<>();

  /// Frames that came, in order.
  final List<GroupSend> received = new ArrayList<>();

  /// What becomes of a frame instead of being stored.
  Function<GroupSend, Optional<GroupSendResult>> refusal = _ -> Optional.empty();

  /// What becomes of the row of one member instead of being stored.
  Function<GroupRecipient, Optional<MemberResult>> memberRefusal = _ -> Optional.empty();

  /// What is answered to who asks for changes.
  UnaryOperator<GetChangesResponse> answers = UnaryOperator.identity();

  /// Whether members are not told of changes.
  boolean silent;

  /// How many answers to changes are lost.
  int answersLost;

  /// How many changes are asked for.
  int fetches;

  FakeGroups(Object guard, Accounts accounts) {
    this.guard = guard;
    this.accounts = accounts;
  }

  GroupChain chain(GroupId group) {
    synchronized (guard) {
      return Objects.requireNonNull(groups.get(group), "no such group").chain;
    }
  }

  /// The newest change of a group.
  byte[] lastChange(GroupId group) {
    synchronized (guard) {
      return Objects.requireNonNull(groups.get(group), "no such group")
          .changes
          .getLast()
          .toByteArray();
    }
  }

  @Override
  public void change(ChangeRequest request, StreamObserver<ChangeResponse> observer) {
    try {
      ChangeResponse response;
      synchronized (guard) {
        response = change(FakeServer.caller(), request);
        if (answersLost > 0) {
          answersLost--;
          throw Statuses.of(Reason.UNAVAILABLE, "the answer is lost");
        }
      }
      observer.onNext(response);
      observer.onCompleted();
    } catch (RuntimeException e) {
      observer.onError(e);
    }
  }

  private ChangeResponse change(DeviceAddress caller, ChangeRequest request) {
    GroupId id = new GroupId(request.getGroupId().toByteArray());
    if (!(GroupChange.parse(request.getChange().toByteArray())
            instanceof GroupChange.Read(GroupChange change))
        || !change.group().equals(id)
        || change.body().revision() != request.getRevision()) {
      return refused("MALFORMED");
    }
    if (!change.body().author().account().equals(caller.account())
        || !change.body().author().device().equals(caller.device())) {
      return refused("WRONG_AUTHOR");
    }
    Group group = groups.get(id);
    if (group == null && request.getRevision() > 0) {
      return refused("UNKNOWN_GROUP");
    }
    GroupChain.Outcome outcome =
        group == null
            ? GroupChain.found(change, this::listed)
            : group.chain.append(change, this::listed);
    return switch (outcome) {
      case GroupChain.AlreadyThere _ -> changed();
      case GroupChain.Extended(GroupChain longer) -> {
        apply(caller, id, change, longer);
        yield changed();
      }
      case GroupChain.Refused refused -> refused(refused.reason(), Optional.ofNullable(group));
    };
  }

  private static ChangeResponse refused(GroupRefusal reason, Optional<Group> group) {
    boolean stale =
        reason == GroupRefusal.REVISION_TAKEN
            || reason == GroupRefusal.REVISION_AHEAD
            || reason == GroupRefusal.WRONG_PREVIOUS;
    long revision = group.map(g -> g.chain.revision()).orElse(0L);
    return stale
        ? ChangeResponse.newBuilder()
            .setStale(StaleRevision.newBuilder().setRevision(revision))
            .build()
        : refused(reason.name());
  }

  private Optional<sotto.chain.Ed25519PublicKey> listed(sotto.group.Author author) {
    return accounts
        .chain(author.account())
        .filter(chain -> chain.contains(author.sequence(), author.head()))
        .flatMap(chain -> chain.device(author.device()))
        .map(DeviceEntry::authKey);
  }

  private void apply(DeviceAddress caller, GroupId id, GroupChange change, GroupChain longer) {
    Group group = groups.computeIfAbsent(id, _ -> new Group(longer));
    Set<AccountId> told = new TreeSet<>(group.chain.members().keySet());
    told.addAll(longer.members().keySet());
    for (AccountId member : group.chain.members().keySet()) {
      if (longer.member(member).isEmpty()) {
        group.left.put(member, longer.revision());
      }
    }
    group.left.keySet().removeAll(longer.members().keySet());
    group.chain = longer;
    group.changes.add(ByteString.copyFrom(change.bytes()));
    if (silent) {
      return;
    }
    Envelope envelope =
        Envelope.newBuilder()
            .setSenderAccountId(ByteString.copyFrom(caller.account().bytes()))
            .setSenderDevice(caller.device().number())
            .setType(CiphertextType.CIPHERTEXT_TYPE_GROUP_CHANGED)
            .setCiphertext(ByteString.copyFrom(change.bytes()))
            .setGroupId(ByteString.copyFrom(id.bytes()))
            .build();
    ByteString envelopeId = ByteString.copyFrom(Arrays.copyOf(change.hash().bytes(), 16));
    told.forEach(member -> accounts.deliver(member, caller, envelopeId, envelope));
  }

  private static ChangeResponse changed() {
    return ChangeResponse.newBuilder().setChanged(Changed.getDefaultInstance()).build();
  }

  private static ChangeResponse refused(String reason) {
    return ChangeResponse.newBuilder()
        .setRefused(ChangeRefused.newBuilder().setReason(reason))
        .build();
  }

  @Override
  public void getChanges(GetChangesRequest request, StreamObserver<GetChangesResponse> observer) {
    try {
      GetChangesResponse response;
      synchronized (guard) {
        fetches++;
        response = answers.apply(changes(FakeServer.caller().account(), request));
      }
      observer.onNext(response);
      observer.onCompleted();
    } catch (RuntimeException e) {
      observer.onError(e);
    }
  }

  private GetChangesResponse changes(AccountId caller, GetChangesRequest request) {
    Group group = groups.get(new GroupId(request.getGroupId().toByteArray()));
    if (group == null) {
      return GetChangesResponse.getDefaultInstance();
    }
    long until;
    if (group.chain.member(caller).isPresent() || hasLink(group, caller, request)) {
      until = group.chain.revision();
    } else if (group.left.containsKey(caller)) {
      until = group.left.get(caller);
    } else {
      return GetChangesResponse.getDefaultInstance();
    }
    GetChangesResponse.Builder response =
        GetChangesResponse.newBuilder().setFound(true).setRevision(until);
    for (long at = request.getFromRevision();
        at <= until && response.getChangesCount() < PAGE;
        at++) {
      response.addChanges(group.changes.get((int) at));
    }
    return response.build();
  }

  /// As a join would be taken, or be refused for another reason than its proof or a bar.
  private static boolean hasLink(Group group, AccountId caller, GetChangesRequest request) {
    Optional<InviteLink> link = group.chain.link();
    return link.isPresent()
        && !group.chain.barred(caller)
        && !request.getJoinProof().isEmpty()
        && JoinProofs.holds(
            new JoinProof(Bytes.of(request.getJoinProof().toByteArray())),
            link.get(),
            group.chain.id(),
            caller);
  }

  /// Takes a frame of a device.
  GroupSendResult take(DeviceAddress from, GroupSend frame) {
    received.add(frame);
    GroupSendResult.Builder result = GroupSendResult.newBuilder().setRequest(frame.getRequest());
    Optional<GroupSendResult> refused = refusal.apply(frame);
    if (refused.isPresent()) {
      return refused.get().toBuilder().setRequest(frame.getRequest()).build();
    }
    Group group = groups.get(new GroupId(frame.getGroupId().toByteArray()));
    if (group == null || group.chain.member(from.account()).isEmpty()) {
      return result.setRefused(GroupSendRefused.newBuilder().setReason("NOT_A_MEMBER")).build();
    }
    if (group.chain.revision() != frame.getRevision()) {
      return result.setStaleRevision(group.chain.revision()).build();
    }
    if (!group.chain.maySend(from.account())) {
      return result.setRefused(GroupSendRefused.newBuilder().setReason("MAY_NOT_SEND")).build();
    }
    Set<AccountId> named = new HashSet<>();
    for (GroupRecipient to : frame.getRecipientsList()) {
      AccountId account = new AccountId(to.getAccountId().toByteArray());
      if (!named.add(account) || group.chain.member(account).isEmpty()) {
        return result
            .setRefused(GroupSendRefused.newBuilder().setReason("RECIPIENT_NOT_A_MEMBER"))
            .build();
      }
    }
    Envelope envelope =
        Envelope.newBuilder()
            .setSenderAccountId(ByteString.copyFrom(from.account().bytes()))
            .setSenderDevice(from.device().number())
            .setType(CiphertextType.CIPHERTEXT_TYPE_SENDER_KEY)
            .setCiphertext(frame.getCiphertext())
            .setGroupId(frame.getGroupId())
            .build();
    for (GroupRecipient to : frame.getRecipientsList()) {
      result.addResults(memberRefusal.apply(to).orElseGet(() -> store(from, to, envelope)));
    }
    return result.build();
  }

  private MemberResult store(DeviceAddress from, GroupRecipient to, Envelope envelope) {
    AccountId account = new AccountId(to.getAccountId().toByteArray());
    Optional<AccountChain> chain = accounts.chain(account).filter(c -> !c.ended());
    if (chain.isEmpty()) {
      return MemberResult.newBuilder()
          .setUnknownRecipient(UnknownRecipient.getDefaultInstance())
          .build();
    }
    if (chain.get().sequence() != Integer.toUnsignedLong(to.getChainSequence())) {
      return MemberResult.newBuilder()
          .setMismatchedDevices(
              MismatchedDevices.newBuilder().setChainSequence((int) chain.get().sequence()))
          .build();
    }
    accounts.deliver(account, from, to.getEnvelopeId(), envelope);
    return MemberResult.newBuilder()
        .setAccepted(Accepted.newBuilder().setAcceptedAtMs(System.currentTimeMillis()))
        .build();
  }

  /// Whether a proof is a link's, by asking a group that has that link.
  private static final class JoinProofs {
    private JoinProofs() {}

    static boolean holds(JoinProof proof, InviteLink link, GroupId group, AccountId account) {
      return link.key().verifies(signedBytes(group, account), proof.signature().toArray());
    }

    private static byte[] signedBytes(GroupId group, AccountId account) {
      byte[][] signed = new byte[1][];
      var _ =
          JoinProof.sign(
              message -> {
                signed[0] = message;
                return new byte[64];
              },
              group,
              account);
      return signed[0];
    }
  }
}
