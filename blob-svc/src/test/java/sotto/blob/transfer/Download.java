package sotto.blob.transfer;

import com.google.protobuf.ByteString;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.DownloadResponse;

/// The client's end of a download, which asks for every message by hand. The test's thread only.
final class Download implements ClientResponseObserver<DownloadRequest, DownloadResponse> {
  private static final long DEADLINE_SECONDS = 20;

  private final BlobServiceGrpc.BlobServiceStub stub;
  private final CompletableFuture<ClientCallStreamObserver<DownloadRequest>> call =
      new CompletableFuture<>();
  private final BlockingQueue<Optional<DownloadResponse>> messages = new LinkedBlockingQueue<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();

  Download(BlobServiceGrpc.BlobServiceStub stub) {
    this.stub = stub;
  }

  Download start(ByteString id) {
    return start(id, 0, 0);
  }

  Download start(ByteString id, long offset, long length) {
    stub.download(
        DownloadRequest.newBuilder().setBlobId(id).setOffset(offset).setLength(length).build(),
        this);
    return this;
  }

  /// The next message; empty at the end.
  Optional<DownloadResponse> next() {
    call.join().request(1);
    try {
      Optional<DownloadResponse> message = messages.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
      if (message == null) {
        throw new AssertionError("nothing came");
      }
      return message;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /// The start, which says the size.
  long size() {
    return next().orElseThrow().getStart().getSize();
  }

  /// All bytes that are left.
  byte[] rest() {
    List<ByteString> chunks = new ArrayList<>();
    for (var message = next(); message.isPresent(); message = next()) {
      chunks.add(message.get().getChunk());
    }
    return ByteString.copyFrom(chunks).toByteArray();
  }

  boolean notFound() {
    return next().orElseThrow().hasNotFound();
  }

  Throwable failure() {
    call.join().request(1);
    return failure.orTimeout(DEADLINE_SECONDS, TimeUnit.SECONDS).join();
  }

  void vanish() {
    call.join().cancel("gone", new IllegalStateException("the test breaks the call off"));
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<DownloadRequest> stream) {
    stream.disableAutoRequestWithInitial(0);
    call.complete(stream);
  }

  @Override
  public void onNext(DownloadResponse message) {
    messages.add(Optional.of(message));
  }

  @Override
  public void onError(Throwable t) {
    failure.complete(t);
  }

  @Override
  public void onCompleted() {
    messages.add(Optional.empty());
  }
}
