package sotto.blob;

import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.DownloadResponse;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.chain.AccountId;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// The gRPC face of the service. Every call needs a caller and runs on a virtual thread of its own,
/// which alone writes to it.
final class TransferService extends BlobServiceGrpc.BlobServiceImplBase {
  private static final System.Logger LOG = System.getLogger(TransferService.class.getName());

  private final Transfers transfers;

  TransferService(Transfers transfers) {
    this.transfers = transfers;
  }

  @Override
  public StreamObserver<UploadRequest> upload(StreamObserver<UploadResponse> observer) {
    AccountId account = Caller.required().account();
    var call = (ServerCallStreamObserver<UploadResponse>) observer;
    var frames = new UploadFrames(call, idle());
    var task = new UploadTask(transfers, account, frames);
    start(
        call,
        () -> {
          var answer = task.run();
          answer.ifPresent(call::onNext);
          return answer.isPresent();
        });
    return frames;
  }

  @Override
  public void download(DownloadRequest request, StreamObserver<DownloadResponse> observer) {
    AccountId account = Caller.required().account();
    var call = (ServerCallStreamObserver<DownloadResponse>) observer;
    transfers.downloads().take(account);
    var task = new DownloadTask(transfers, request, call, idle());
    start(
        call,
        () -> {
          try {
            return task.run();
          } finally {
            transfers.downloads().release(account);
          }
        });
  }

  /// One call, from start to end.
  @FunctionalInterface
  private interface Transfer {
    /// @return whether the call is to be completed; false if it is gone
    boolean run() throws IOException, InterruptedException;
  }

  private Duration idle() {
    return transfers.config().idle();
  }

  private static void start(ServerCallStreamObserver<?> call, Transfer transfer) {
    Thread.ofVirtual()
        .name("blob-transfer")
        .start(Context.current().wrap(() -> run(call, transfer)));
  }

  private static void run(ServerCallStreamObserver<?> call, Transfer transfer) {
    try {
      if (transfer.run()) {
        call.onCompleted();
      }
    } catch (StatusRuntimeException e) {
      call.onError(e);
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "the blob store does not work", e);
      call.onError(Statuses.of(Reason.STORAGE_FULL, "the blob store does not work now"));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      call.onError(Statuses.of(Reason.SHUTTING_DOWN, "the server is leaving"));
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a transfer failed", e);
      call.onError(Statuses.of(Reason.INTERNAL, "a fault of the server"));
    }
  }
}
