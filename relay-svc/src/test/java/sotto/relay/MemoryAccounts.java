package sotto.relay;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.AppendLinkResponse;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetChainResponse;
import sotto.account.v1.GetServerInfoRequest;
import sotto.account.v1.GetServerInfoResponse;
import sotto.account.v1.ListDevicesRequest;
import sotto.account.v1.ListDevicesResponse;
import sotto.account.v1.LookUpUsernameRequest;
import sotto.account.v1.LookUpUsernameResponse;
import sotto.account.v1.UsernameNotFound;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// An account service that says who called it.
final class MemoryAccounts extends AccountServiceGrpc.AccountServiceImplBase {
  final BlockingQueue<Optional<Caller>> callers = new LinkedBlockingQueue<>();
  final CountDownLatch listDevicesCancelled = new CountDownLatch(1);

  @Override
  public void getServerInfo(
      GetServerInfoRequest request, StreamObserver<GetServerInfoResponse> out) {
    callers.add(Caller.current());
    answer(out, GetServerInfoResponse.newBuilder().addNames("here").build());
  }

  @Override
  public void getChain(GetChainRequest request, StreamObserver<GetChainResponse> out) {
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
  public void appendLink(AppendLinkRequest request, StreamObserver<AppendLinkResponse> out) {
    if (request.getLink().toStringUtf8().equals("full")) {
      throw Statuses.of(Reason.STORAGE_FULL, "no room");
    }
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
