package sotto.presence;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.LocateRequest;
import sotto.presence.v1.LocateResponse;
import sotto.presence.v1.PresenceServiceGrpc;

/// The gRPC face of the directory.
final class AttachService extends PresenceServiceGrpc.PresenceServiceImplBase {
  private final Directory directory;
  private final PresenceConfig config;
  private final Executor executor;

  AttachService(Directory directory, PresenceConfig config, Executor executor) {
    this.directory = directory;
    this.config = config;
    this.executor = executor;
  }

  @Override
  public StreamObserver<AttachRequest> attach(StreamObserver<AttachResponse> relay) {
    return AttachStream.open(
        directory, config, (ServerCallStreamObserver<AttachResponse>) relay, executor);
  }

  @Override
  public void locate(LocateRequest request, StreamObserver<LocateResponse> caller) {
    caller.onNext(
        LocateResponse.newBuilder()
            .addAllAccounts(directory.locate(request.getAccountIdsList(), request.getPodsVersion()))
            .build());
    caller.onCompleted();
  }
}
