package sotto.blob.transfer;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import sotto.blob.Digest;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.StorageClass;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;

/// The client's end of an upload. The test's thread only.
final class Upload implements ClientResponseObserver<UploadRequest, UploadResponse> {
  private static final int CHUNK = 100_000;

  private final CompletableFuture<ClientCallStreamObserver<UploadRequest>> call =
      new CompletableFuture<>();
  private final CompletableFuture<UploadResponse> answer = new CompletableFuture<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

  Upload(BlobServiceGrpc.BlobServiceStub stub) {
    var _ = stub.upload(this);
  }

  /// What `start` says about some content.
  static UploadStart.Builder about(byte[] content, int uploadId) {
    byte[] id = new byte[16];
    id[0] = (byte) uploadId;
    return UploadStart.newBuilder()
        .setBlob(
            BlobDeclaration.newBuilder()
                .setSize(content.length)
                .setSha256(ByteString.copyFrom(Digest.of(content).bytes()))
                .setStorageClass(StorageClass.STORAGE_CLASS_TRANSIT)
                .setUploadId(ByteString.copyFrom(id)));
  }

  /// The same for a blob that is kept.
  static UploadStart.Builder kept(byte[] content, int uploadId) {
    UploadStart.Builder start = about(content, uploadId);
    start.getBlobBuilder().setStorageClass(StorageClass.STORAGE_CLASS_KEPT);
    return start;
  }

  Upload start(UploadStart.Builder start) {
    call.join().onNext(UploadRequest.newBuilder().setStart(start).build());
    return this;
  }

  Upload send(byte[] content) {
    for (int at = 0; at < content.length; at += CHUNK) {
      byte[] chunk = Arrays.copyOfRange(content, at, Math.min(content.length, at + CHUNK));
      call.join().onNext(UploadRequest.newBuilder().setChunk(ByteString.copyFrom(chunk)).build());
    }
    return this;
  }

  UploadResponse finish() {
    return end().answer();
  }

  /// Says that all has been sent.
  Upload end() {
    call.join().onCompleted();
    return this;
  }

  /// All of it at once.
  UploadResponse all(UploadStart.Builder start, byte[] content) {
    return start(start).send(content).finish();
  }

  UploadResponse answer() {
    return answer.orTimeout(20, TimeUnit.SECONDS).join();
  }

  /// What the call failed with.
  Throwable failure() {
    return failure.orTimeout(20, TimeUnit.SECONDS).join();
  }

  void vanish() {
    call.join().cancel("gone", new IllegalStateException("the test breaks the call off"));
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<UploadRequest> stream) {
    call.complete(stream);
  }

  @Override
  public void onNext(UploadResponse response) {
    answer.complete(response);
    failure.completeExceptionally(new AssertionError("answered " + response));
  }

  @Override
  public void onError(Throwable t) {
    answer.completeExceptionally(t);
    failure.complete(t);
  }

  @Override
  public void onCompleted() {
    answer.completeExceptionally(new AssertionError("no answer"));
  }
}
