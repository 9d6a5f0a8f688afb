package sotto.blob.transfer;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import sotto.blob.v1.BeginRequest;
import sotto.blob.v1.BeginResponse;
import sotto.blob.v1.BlobDeleted;
import sotto.blob.v1.BlobNotFound;
import sotto.blob.v1.BlobRenewed;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.DeleteRequest;
import sotto.blob.v1.DeleteResponse;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.DownloadResponse;
import sotto.blob.v1.LocateRequest;
import sotto.blob.v1.LocateResponse;
import sotto.blob.v1.RenewRequest;
import sotto.blob.v1.RenewResponse;
import sotto.blob.v1.StreamedPlace;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.chain.AccountId;
import sotto.mesh.Caller;

/// The gRPC face of the service. Every call needs a caller. Transfers run on a virtual thread of
/// their own, which alone writes to the call.
public final class TransferService extends BlobServiceGrpc.BlobServiceImplBase {
  private final Transfers transfers;
  private final Beginnings beginnings;
  private final Stored stored;

  /// @param transfers what calls work with
  public TransferService(Transfers transfers) {
    this.transfers = transfers;
    this.beginnings = new Beginnings(transfers);
    this.stored = new Stored(transfers);
  }

  @Override
  public void begin(BeginRequest request, StreamObserver<BeginResponse> observer) {
    AccountId account = Caller.required().account();
    answer(
        observer,
        () -> beginnings.begin(Declared.of(account, request.getBlob(), transfers.ids())).ofBegin());
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
          answer.map(Answer::ofUpload).ifPresent(call::onNext);
          return answer.isPresent();
        });
    return frames;
  }

  @Override
  public void locate(LocateRequest request, StreamObserver<LocateResponse> observer) {
    var _ = Caller.required();
    answer(
        observer,
        () -> {
          Optional<Long> size = stored.size(request.getBlobId().toByteArray());
          var response = LocateResponse.newBuilder();
          return size.isPresent()
              ? response.setStreamed(StreamedPlace.newBuilder().setSize(size.get())).build()
              : response.setNotFound(BlobNotFound.getDefaultInstance()).build();
        });
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

  @Override
  public void renew(RenewRequest request, StreamObserver<RenewResponse> observer) {
    var _ = Caller.required();
    answer(
        observer,
        () -> {
          Optional<Long> expiry = stored.renew(request.getBlobId().toByteArray());
          var response = RenewResponse.newBuilder();
          return expiry.isPresent()
              ? response.setRenewed(BlobRenewed.newBuilder().setExpiresAtMs(expiry.get())).build()
              : response.setNotFound(BlobNotFound.getDefaultInstance()).build();
        });
  }

  @Override
  public void delete(DeleteRequest request, StreamObserver<DeleteResponse> observer) {
    AccountId account = Caller.required().account();
    answer(
        observer,
        () -> {
          var response = DeleteResponse.newBuilder();
          return stored.delete(account, request.getBlobId().toByteArray())
              ? response.setDeleted(BlobDeleted.getDefaultInstance()).build()
              : response.setNotFound(BlobNotFound.getDefaultInstance()).build();
        });
  }

  /// What answers a unary call. Blocks.
  @FunctionalInterface
  private interface Unary<R> {
    R answer() throws IOException, InterruptedException;
  }

  private static <R> void answer(StreamObserver<R> observer, Unary<R> unary) {
    R response;
    try {
      response = unary.answer();
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw Faults.of(e);
    }
    observer.onNext(response);
    observer.onCompleted();
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
    } catch (IOException | InterruptedException | RuntimeException e) {
      call.onError(Faults.of(e));
    }
  }
}
