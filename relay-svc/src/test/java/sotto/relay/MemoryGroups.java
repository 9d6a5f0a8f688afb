package sotto.relay;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.group.v1.Applied;
import sotto.group.v1.ApplyRequest;
import sotto.group.v1.ApplyResponse;
import sotto.group.v1.CheckSendRequest;
import sotto.group.v1.CheckSendResponse;
import sotto.group.v1.GetChangesRequest;
import sotto.group.v1.GetChangesResponse;
import sotto.group.v1.GroupOwnerServiceGrpc;
import sotto.group.v1.GroupServiceGrpc;
import sotto.group.v1.MaySend;
import sotto.mesh.Caller;
import sotto.proto.Statuses;

/// A pod that owns groups and says what it is told to: that messages may go, and that a change is
/// told to nobody, if nothing else.
final class MemoryGroups extends GroupOwnerServiceGrpc.GroupOwnerServiceImplBase {
  final BlockingQueue<CheckSendRequest> checks = new LinkedBlockingQueue<>();
  final BlockingQueue<ApplyRequest> changes = new LinkedBlockingQueue<>();
  final BlockingQueue<Optional<Caller>> callers = new LinkedBlockingQueue<>();

  /// How many of the next calls fail as if the process had died under them.
  final AtomicInteger failing = new AtomicInteger();

  private final Function<AccountId, Optional<String>> movedTo;
  private volatile CheckSendResponse check =
      CheckSendResponse.newBuilder().setMaySend(MaySend.getDefaultInstance()).build();
  private volatile ApplyResponse apply =
      ApplyResponse.newBuilder().setApplied(Applied.getDefaultInstance()).build();

  /// @param movedTo whom *moved* names for the account of the group's id; empty = it is owned here
  MemoryGroups(Function<AccountId, Optional<String>> movedTo) {
    this.movedTo = movedTo;
  }

  void answerChecks(CheckSendResponse.Builder next) {
    check = next.build();
  }

  void answerChanges(ApplyResponse.Builder next) {
    apply = next.build();
  }

  /// Changes are applied from now on and to be told to these.
  void tell(DeviceAddress... members) {
    var told =
        List.of(members).stream().map(m -> ByteString.copyFrom(m.account().bytes())).toList();
    answerChanges(
        ApplyResponse.newBuilder()
            .setApplied(Applied.newBuilder().setTold(ByteString.copyFrom(told))));
  }

  private void owned(ByteString group) {
    if (failing.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw Status.UNAVAILABLE.asRuntimeException();
    }
    movedTo
        .apply(new AccountId(group.toByteArray()))
        .ifPresent(owner -> {
          throw Statuses.moved(owner);
        });
  }

  @Override
  public void checkSend(CheckSendRequest request, StreamObserver<CheckSendResponse> out) {
    owned(request.getGroupId());
    checks.add(request);
    answer(out, check);
  }

  @Override
  public void apply(ApplyRequest request, StreamObserver<ApplyResponse> out) {
    owned(request.getChange().getGroupId());
    callers.add(Caller.current());
    changes.add(request);
    answer(out, apply);
  }

  /// What clients reach of it.
  BindableService forClients() {
    return new GroupServiceGrpc.GroupServiceImplBase() {
      @Override
      public void getChanges(GetChangesRequest request, StreamObserver<GetChangesResponse> out) {
        owned(request.getGroupId());
        callers.add(Caller.current());
        answer(out, GetChangesResponse.newBuilder().setFound(true).build());
      }
    };
  }

  private static <A> void answer(StreamObserver<A> out, A message) {
    out.onNext(message);
    out.onCompleted();
  }
}
