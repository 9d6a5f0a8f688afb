package sotto.blob.transfer;

import com.google.protobuf.UnsafeByteOperations;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import sotto.blob.BlobStore;
import sotto.blob.v1.BlobNotFound;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.DownloadResponse;
import sotto.blob.v1.DownloadStart;
import sotto.proto.Bounds;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// One download. Reads a chunk only when the call takes one, so a slow client costs a chunk or two.
final class DownloadTask {
  private static final int CHUNK = 64 * 1024;

  private final Transfers transfers;
  private final DownloadRequest request;
  private final ServerCallStreamObserver<DownloadResponse> client;
  private final Duration idle;
  private final Semaphore changes = new Semaphore(0);

  /// Takes over a call that has just come in.
  ///
  /// @param idle longest time that the client may take for a chunk
  DownloadTask(
      Transfers transfers,
      DownloadRequest request,
      ServerCallStreamObserver<DownloadResponse> client,
      Duration idle) {
    this.transfers = transfers;
    this.request = request;
    this.client = client;
    this.idle = idle;
    client.setOnReadyHandler(changes::release);
    client.setOnCancelHandler(changes::release);
  }

  /// Runs it. Blocks for as long as the client takes.
  ///
  /// @return whether everything has been sent and the call is to be completed; false if it is gone
  /// @throws io.grpc.StatusRuntimeException if the client is too slow or wants what is not there
  /// @throws IOException if the store does not work
  boolean run() throws IOException, InterruptedException {
    Optional<BlobStore.Content> found = transfers.find(request.getBlobId().toByteArray());
    if (found.isEmpty()) {
      return send(
          DownloadResponse.newBuilder().setNotFound(BlobNotFound.getDefaultInstance()).build());
    }
    try (BlobStore.Content content = found.get()) {
      return send(content);
    }
  }

  private boolean send(BlobStore.Content content) throws IOException, InterruptedException {
    long size = content.record().size();
    long offset = request.getOffset();
    if (Long.compareUnsigned(offset, size) > 0) {
      throw Statuses.outOfBounds(new Bounds.Violation("offset", "is behind the blob's end"));
    }
    long length = request.getLength();
    long rest = size - offset;
    long end = length == 0 || Long.compareUnsigned(length, rest) > 0 ? size : offset + length;
    var start = DownloadStart.newBuilder().setSize(size);
    if (!send(DownloadResponse.newBuilder().setStart(start).build())) {
      return false;
    }
    while (offset < end) {
      if (!ready()) {
        return false;
      }
      ByteBuffer chunk = ByteBuffer.allocate((int) Math.min(CHUNK, end - offset));
      int read = content.read(offset, chunk);
      if (read < 0) {
        throw new IOException("a blob is shorter than its record says");
      }
      offset += read;
      transfers.fetched(read);
      client.onNext(
          DownloadResponse.newBuilder()
              .setChunk(UnsafeByteOperations.unsafeWrap(chunk.flip()))
              .build());
    }
    return true;
  }

  private boolean send(DownloadResponse response) throws InterruptedException {
    if (!ready()) {
      return false;
    }
    client.onNext(response);
    return true;
  }

  /// Waits until the call takes a message.
  ///
  /// @return false if the call is gone
  private boolean ready() throws InterruptedException {
    while (!client.isCancelled()) {
      if (client.isReady()) {
        return true;
      }
      if (!changes.tryAcquire(idle.toMillis(), TimeUnit.MILLISECONDS)) {
        throw Statuses.of(Reason.SILENT, "the download was not read for too long");
      }
    }
    return false;
  }
}
