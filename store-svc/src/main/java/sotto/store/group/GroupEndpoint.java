package sotto.store.group;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.OptionalLong;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.group.GroupId;
import sotto.group.JoinProof;
import sotto.group.v1.GetChangesRequest;
import sotto.group.v1.GetChangesResponse;
import sotto.group.v1.GroupServiceGrpc;
import sotto.mesh.Caller;
import sotto.store.sql.Readers;
import sotto.store.write.KnownGroup;
import sotto.store.write.Writers;

/// What clients ask the owner of a group, through a relay. Relays do `Change` themselves.
public final class GroupEndpoint extends GroupServiceGrpc.GroupServiceImplBase {
  private static final int MOST_CHANGES = 256;
  private static final int MOST_BYTES = 512 << 10;

  private final Groups groups;

  /// Serves what these hold.
  public GroupEndpoint(Writers writers, Readers readers) {
    this.groups = new Groups(writers, readers);
  }

  @Override
  public void getChanges(GetChangesRequest request, StreamObserver<GetChangesResponse> response) {
    AccountId caller = Caller.required().account();
    GroupId id = new GroupId(request.getGroupId().toByteArray());
    OptionalLong last =
        groups
            .now(id)
            .map(group -> lastFor(caller, proof(request.getJoinProof()), group))
            .orElse(OptionalLong.empty());
    GetChangesResponse.Builder changes = GetChangesResponse.newBuilder();
    if (last.isPresent()) {
      changes.setFound(true).setRevision(last.getAsLong());
      fill(changes, id, request.getFromRevision());
    }
    response.onNext(changes.build());
    response.onCompleted();
  }

  private static Optional<JoinProof> proof(ByteString signature) {
    return signature.isEmpty()
        ? Optional.empty()
        : Optional.of(new JoinProof(Bytes.of(signature.toByteArray())));
  }

  /// The last change that an account may have; empty = none. Who is barred may still have the link,
  /// and sees no more by it than without.
  private static OptionalLong lastFor(
      AccountId account, Optional<JoinProof> proof, KnownGroup group) {
    boolean all =
        group.chain().member(account).isPresent()
            || (!group.chain().barred(account)
                && proof.filter(p -> group.chain().isByLink(p, account)).isPresent());
    return all ? OptionalLong.of(group.chain().revision()) : group.departure(account);
  }

  private void fill(GetChangesResponse.Builder to, GroupId id, long from) {
    int bytes = 0;
    for (byte[] change : groups.changes(id, from, to.getRevision(), MOST_CHANGES)) {
      bytes += change.length;
      if (to.getChangesCount() > 0 && bytes > MOST_BYTES) {
        return;
      }
      to.addChanges(UnsafeByteOperations.unsafeWrap(change));
    }
  }
}
