package sotto.blob.transfer;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import sotto.blob.Digest;
import sotto.blob.SignedCall;
import sotto.blob.v1.BeginRequest;
import sotto.blob.v1.BeginResponse;
import sotto.blob.v1.BlobDeleted;
import sotto.blob.v1.BlobNotFound;
import sotto.blob.v1.BlobRenewed;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.DeleteRequest;
import sotto.blob.v1.DeleteResponse;
import sotto.blob.v1.DirectPlace;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.DownloadResponse;
import sotto.blob.v1.FinishRequest;
import sotto.blob.v1.LocateRequest;
import sotto.blob.v1.LocateResponse;
import sotto.blob.v1.RenewRequest;
import sotto.blob.v1.RenewResponse;
import sotto.blob.v1.SignPartsRequest;
import sotto.blob.v1.SignPartsResponse;
import sotto.blob.v1.SignedRequest;
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
  private final Optional<Directly> directly;
  private final Stored stored;

  /// @param transfers what calls work with
  public TransferService(Transfers transfers) {
    this.transfers = transfers;
    this.directly = transfers.store().direct().map(direct -> new Directly(transfers, direct));
    this.beginnings = new Beginnings(transfers, directly);
    this.stored = new Stored(transfers);
  }

  @Override
  public void begin(BeginRequest request, StreamObserver<BeginResponse> observer) {
    AccountId account = Caller.required().account();
    answer(
        observer,
        () ->
            beginnings
                .begin(
                    Declared.of(account, request.getBlob(), transfers.ids()), request.getDirect())
                .ofBegin());
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
          answer.ifPresentOrElse(transfers.metrics()::answered, transfers.metrics()::gone);
          answer.map(Answer::ofUpload).ifPresent(call::onNext);
          return answer.isPresent();
        });
    return frames;
  }

  @Override
  public void signParts(SignPartsRequest request, StreamObserver<SignPartsResponse> observer) {
    AccountId account = Caller.required().account();
    answer(
        observer,
        () -> {
          var response = SignPartsResponse.newBuilder();
          if (directly.isPresent()) {
            Declared declared = Declared.of(account, request.getBlob(), transfers.ids());
            List<Digest> digests =
                request.getPartSha256List().stream().map(d -> new Digest(d.toByteArray())).toList();
            directly.get().sign(declared, request.getFirstPart(), digests).stream()
                .map(TransferService::signed)
                .forEach(response::addParts);
          }
          return response.build();
        });
  }

  @Override
  public void finish(FinishRequest request, StreamObserver<UploadResponse> observer) {
    AccountId account = Caller.required().account();
    answer(
        observer,
        () -> {
          Declared declared = Declared.of(account, request.getBlob(), transfers.ids());
          try (var _ = transfers.claims().take(declared.name())) {
            Answer answer =
                directly.isPresent()
                    ? directly.get().finish(declared)
                    : beginnings.standing(declared, false);
            transfers.metrics().answered(answer);
            return answer.ofUpload();
          }
        });
  }

  @Override
  public void locate(LocateRequest request, StreamObserver<LocateResponse> observer) {
    var _ = Caller.required();
    answer(
        observer,
        () -> {
          var response = LocateResponse.newBuilder();
          stored
              .place(request.getBlobId().toByteArray())
              .ifPresentOrElse(
                  place -> place(response, place),
                  () -> response.setNotFound(BlobNotFound.getDefaultInstance()));
          return response.build();
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

  private static void place(LocateResponse.Builder response, Stored.Place place) {
    place
        .direct()
        .ifPresentOrElse(
            call ->
                response.setDirect(
                    DirectPlace.newBuilder().setSize(place.size()).setRequest(signed(call))),
            () -> response.setStreamed(StreamedPlace.newBuilder().setSize(place.size())));
  }

  private static SignedRequest signed(SignedCall call) {
    return SignedRequest.newBuilder()
        .setUrl(call.url())
        .putAllHeaders(call.headers())
        .setExpiresAtMs(call.expiresAtMillis())
        .build();
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
