package sotto.client.internal.net;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.DeleteRequest;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.DownloadResponse;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// Uploads and downloads of ciphertext, in constant memory. They block.
public final class Blobs {
  private static final int CHUNK = 128 * 1024;
  private static final long STALLED_SECONDS = 60;

  private final ServerCalls calls;

  private Blobs(ServerCalls calls) {
    this.calls = calls;
  }

  /// Transfers over the same channel as the calls.
  public static Blobs of(ServerCalls calls) {
    return new Blobs(calls);
  }

  /// Uploads a file.
  ///
  /// @throws IOException if the file cannot be read
  /// @throws SottoException if the server does not take it now
  public UploadResponse upload(UploadStart start, Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return calls.authorized(token -> new Upload().run(token, start, in));
    } catch (UncheckedRead e) {
      throw e.failure;
    }
  }

  /// The bytes of a blob; reading it fails with an [IOException] if the server breaks off.
  ///
  /// @param size how many bytes it must have
  /// @return empty if the server has no such blob, or one of another size
  public Optional<InputStream> download(byte[] blobId, long size) {
    DownloadRequest request =
        DownloadRequest.newBuilder().setBlobId(ByteString.copyFrom(blobId)).build();
    Iterator<DownloadResponse> answers =
        calls.authorized(token -> {
          Iterator<DownloadResponse> all =
              ServerCalls.withToken(BlobServiceGrpc.newBlockingStub(calls.channel()), token)
                  .download(request);
          // What was refused shows with the first frame.
          var _ = all.hasNext();
          return all;
        });
    if (!answers.hasNext()) {
      return Optional.empty();
    }
    DownloadResponse first = answers.next();
    return first.hasStart() && first.getStart().getSize() == size
        ? Optional.of(new Chunks(answers))
        : Optional.empty();
  }

  /// Deletes a kept blob of one's own; one that is not there is deleted.
  ///
  /// @throws SottoException if the server does not do it now
  public void delete(byte[] blobId) {
    DeleteRequest request =
        DeleteRequest.newBuilder().setBlobId(ByteString.copyFrom(blobId)).build();
    var _ =
        calls.authorized(token ->
            ServerCalls.withToken(BlobServiceGrpc.newBlockingStub(calls.channel()), token)
                .withDeadlineAfter(ServerCalls.DEADLINE_SECONDS, TimeUnit.SECONDS)
                .delete(request));
  }

  private static final class UncheckedRead extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final IOException failure;

    UncheckedRead(IOException failure) {
      super(failure);
      this.failure = failure;
    }
  }

  /// One upload: writes as fast as the network takes it.
  private final class Upload implements ClientResponseObserver<UploadRequest, UploadResponse> {
    private final CompletableFuture<UploadResponse> answer = new CompletableFuture<>();
    private final BlockingQueue<Boolean> ready = new ArrayBlockingQueue<>(1);
    private final CompletableFuture<ClientCallStreamObserver<UploadRequest>> call =
        new CompletableFuture<>();

    UploadResponse run(String token, UploadStart start, InputStream in) {
      var _ = ServerCalls.withToken(BlobServiceGrpc.newStub(calls.channel()), token).upload(this);
      ClientCallStreamObserver<UploadRequest> out = call.join();
      try {
        out.onNext(UploadRequest.newBuilder().setStart(start).build());
        byte[] chunk = new byte[CHUNK];
        for (int read; !answer.isDone() && (read = in.readNBytes(chunk, 0, CHUNK)) > 0; ) {
          awaitReady(out);
          out.onNext(
              UploadRequest.newBuilder().setChunk(ByteString.copyFrom(chunk, 0, read)).build());
        }
        if (!answer.isDone()) {
          out.onCompleted();
        }
        return answer.get(STALLED_SECONDS, TimeUnit.SECONDS);
      } catch (IOException e) {
        out.cancel("the file cannot be read", e);
        throw new UncheckedRead(e);
      } catch (InterruptedException e) {
        out.cancel("interrupted", e);
        Thread.currentThread().interrupt();
        throw SottoException.of(Code.CLOSED, "This home was closed.", e);
      } catch (TimeoutException e) {
        out.cancel("stalled", e);
        throw SottoException.of(Code.SERVER_UNREACHABLE, "The upload does not go on.", e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof StatusRuntimeException refused) {
          throw refused;
        }
        throw Faults.of(e);
      }
    }

    private void awaitReady(ClientCallStreamObserver<UploadRequest> out)
        throws InterruptedException, TimeoutException {
      while (!out.isReady() && !answer.isDone()) {
        if (ready.poll(STALLED_SECONDS, TimeUnit.SECONDS) == null) {
          throw new TimeoutException("not ready");
        }
      }
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<UploadRequest> requests) {
      requests.setOnReadyHandler(() -> ready.offer(true));
      call.complete(requests);
    }

    @Override
    public void onNext(UploadResponse response) {
      answer.complete(response);
      ready.offer(true);
    }

    @Override
    public void onError(Throwable failure) {
      answer.completeExceptionally(failure);
      ready.offer(true);
    }

    @Override
    public void onCompleted() {
      answer.completeExceptionally(
          SottoException.of(Code.SERVER_UNREACHABLE, "The upload was not answered."));
      ready.offer(true);
    }
  }

  /// The chunks of a download as a stream.
  private static final class Chunks extends InputStream {
    private final Iterator<DownloadResponse> answers;
    private ByteString chunk = ByteString.EMPTY;
    private int at;

    Chunks(Iterator<DownloadResponse> answers) {
      this.answers = answers;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      try {
        while (at >= chunk.size()) {
          if (!answers.hasNext()) {
            return -1;
          }
          chunk = answers.next().getChunk();
          at = 0;
        }
      } catch (StatusRuntimeException e) {
        throw new IOException(e);
      }
      int count = Math.min(length, chunk.size() - at);
      chunk.substring(at, at + count).copyTo(buffer, offset);
      at += count;
      return count;
    }
  }
}
