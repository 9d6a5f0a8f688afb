package sotto.relay;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import sotto.blob.v1.BeginRequest;
import sotto.blob.v1.BeginResponse;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.DownloadResponse;
import sotto.blob.v1.UploadPosition;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.Uploaded;
import sotto.mesh.Caller;

/// A blob service that keeps one blob and asks for a chunk only when told to.
final class MemoryBlobs extends BlobServiceGrpc.BlobServiceImplBase {
  static final int CHUNK = 64 << 10;

  final AtomicInteger chunksTaken = new AtomicInteger();
  final AtomicInteger chunksSent = new AtomicInteger();
  final BlockingQueue<Optional<Caller>> callers = new LinkedBlockingQueue<>();
  volatile ByteString blob = ByteString.EMPTY;

  @Override
  public void begin(BeginRequest request, StreamObserver<BeginResponse> out) {
    callers.add(Caller.current());
    out.onNext(BeginResponse.newBuilder().setPosition(UploadPosition.getDefaultInstance()).build());
    out.onCompleted();
  }

  @Override
  public StreamObserver<UploadRequest> upload(StreamObserver<UploadResponse> out) {
    return new StreamObserver<>() {
      private ByteString all = ByteString.EMPTY;

      @Override
      public void onNext(UploadRequest request) {
        if (request.hasChunk()) {
          chunksTaken.incrementAndGet();
          all = all.concat(request.getChunk());
        }
      }

      @Override
      public void onError(Throwable failure) {}

      @Override
      public void onCompleted() {
        blob = all;
        out.onNext(
            UploadResponse.newBuilder()
                .setUploaded(Uploaded.newBuilder().setBlobId(ByteString.copyFromUtf8("id")))
                .build());
        out.onCompleted();
      }
    };
  }

  /// Sends without end, as long as the other side is ready.
  @Override
  public void download(DownloadRequest request, StreamObserver<DownloadResponse> out) {
    var client = (ServerCallStreamObserver<DownloadResponse>) out;
    var chunk =
        DownloadResponse.newBuilder().setChunk(ByteString.copyFrom(new byte[CHUNK])).build();
    client.setOnCancelHandler(() -> {});
    client.setOnReadyHandler(() -> {
      while (client.isReady()) {
        chunksSent.incrementAndGet();
        client.onNext(chunk);
      }
    });
  }
}
