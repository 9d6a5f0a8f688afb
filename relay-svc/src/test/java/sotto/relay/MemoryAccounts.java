package sotto.relay;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.AppendLinkResponse;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetChainResponse;
import sotto.account.v1.GetProfileRequest;
import sotto.account.v1.GetProfileResponse;
import sotto.account.v1.GetServerInfoRequest;
import sotto.account.v1.GetServerInfoResponse;
import sotto.account.v1.ListDevicesRequest;
import sotto.account.v1.ListDevicesResponse;
import sotto.account.v1.LookUpUsernameRequest;
import sotto.account.v1.LookUpUsernameResponse;
import sotto.account.v1.ProfileNotFound;
import sotto.account.v1.UsernameNotFound;
import sotto.chain.AccountId;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// A pod's account service that says who called it. It does not look whether it is the owner before
/// it tells server info and names.
final class MemoryAccounts extends AccountServiceGrpc.AccountServiceImplBase {
  final BlockingQueue<Optional<Caller>> callers = new LinkedBlockingQueue<>();
  final CountDownLatch listDevicesCancelled = new CountDownLatch(1);

  /// How many of the next calls fail as if the process had died under them.
  final AtomicInteger failing = new AtomicInteger();

  private volatile Function<AccountId, Optional<String>> movedTo;

  /// The only pod.
  MemoryAccounts() {
    this(_ -> Optional.empty());
  }

  /// @param movedTo whom *moved* names for an account; empty = it is owned here
  MemoryAccounts(Function<AccountId, Optional<String>> movedTo) {
    this.movedTo = movedTo;
  }

  void alwaysMovedTo(String owner) {
    movedTo = _ -> Optional.of(owner);
  }

  private void check(ByteString account) {
    if (failing.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      throw Status.UNAVAILABLE.asRuntimeException();
    }
    movedTo
        .apply(new AccountId(account.toByteArray()))
        .ifPresent(owner -> {
          throw Statuses.moved(owner);
        });
  }

  @Override
  public void getServerInfo(
      GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> out) {
    callers.add(Caller.current());
    answer(out, GetServerInfoResponse.newBuilder().addNames("here").build());
  }

  @Override
  public void getChain(GetChainRequest request, StreamObserver<GetChainResponse> out) {
    check(request.getAccountId());
    callers.add(Caller.current());
    answer(
        out,
        GetChainResponse.newBuilder()
            .setFound(true)
            .addLinks(ByteString.copyFromUtf8("link"))
            .build());
  }

  @Override
  public void lookUpUsername(
      LookUpUsernameRequest request, StreamObserver<LookUpUsernameResponse> out) {
    callers.add(Caller.current());
    answer(
        out,
        LookUpUsernameResponse.newBuilder()
            .setNotFound(UsernameNotFound.getDefaultInstance())
            .build());
  }

  @Override
  public void getProfile(GetProfileRequest request, StreamObserver<GetProfileResponse> out) {
    check(request.getAccountId());
    answer(
        out,
        GetProfileResponse.newBuilder().setNotFound(ProfileNotFound.getDefaultInstance()).build());
  }

  @Override
  public void appendLink(AppendLinkRequest request, StreamObserver<AppendLinkResponse> out) {
    if (request.getLink().toStringUtf8().equals("full")) {
      throw Statuses.of(Reason.STORAGE_FULL, "no room");
    }
    check(ByteString.copyFrom(Caller.required().account().bytes()));
    answer(out, AppendLinkResponse.getDefaultInstance());
  }

  /// Never answers.
  @Override
  public void listDevices(ListDevicesRequest request, StreamObserver<ListDevicesResponse> out) {
    callers.add(Caller.current());
    io.grpc.Context.current().addListener(_ -> listDevicesCancelled.countDown(), Runnable::run);
  }

  private static <A> void answer(StreamObserver<A> out, A message) {
    out.onNext(message);
    out.onCompleted();
  }
}
