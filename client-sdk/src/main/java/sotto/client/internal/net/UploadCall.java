package sotto.client.internal.net;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// One upload: writes as fast as the network takes it, and notices when it takes nothing.
final class UploadCall implements ClientResponseObserver<UploadRequest, UploadResponse> {
  private static final int CHUNK = 128 * 1024;

  private final Channel channel;
  private final Duration stalled;
  private final Duration answerWait;
  private final Meter meter;
  private final CompletableFuture<UploadResponse> answer = new CompletableFuture<>();
  private final BlockingQueue<Boolean> ready = new ArrayBlockingQueue<>(1);
  private final CompletableFuture<ClientCallStreamObserver<UploadRequest>> call =
      new CompletableFuture<>();

  UploadCall(Channel channel, Duration stalled, Duration answerWait, Meter meter) {
    this.channel = channel;
    this.stalled = stalled;
    this.answerWait = answerWait;
    this.meter = meter;
  }

  /// Sends all that is left of the blob.
  ///
  /// @return empty if the meter ended it
  Optional<UploadResponse> run(String token, UploadStart start, InputStream in) throws IOException {
    var _ = ServerCalls.withToken(BlobServiceGrpc.newStub(channel), token).upload(this);
    ClientCallStreamObserver<UploadRequest> out = call.join();
    try {
      out.onNext(UploadRequest.newBuilder().setStart(start).build());
      if (!send(out, start.getOffset(), in)) {
        out.cancel("no longer wanted", null);
        return Optional.empty();
      }
      if (!answer.isDone()) {
        out.onCompleted();
      }
      return Optional.of(answer.get(answerWait.toMillis(), TimeUnit.MILLISECONDS));
    } catch (IOException e) {
      out.cancel("the file cannot be read", e);
      throw e;
    } catch (InterruptedException e) {
      out.cancel("interrupted", e);
      Thread.currentThread().interrupt();
      throw SottoException.of(Code.CLOSED, "This home was closed.", e);
    } catch (TimeoutException e) {
      out.cancel("stalled", e);
      throw SottoException.of(Code.SERVER_UNREACHABLE, "The upload does not go on.", e);
    } catch (RejectedExecutionException e) {
      // The connection was closed, its thread with it.
      throw SottoException.of(Code.SERVER_UNREACHABLE, "The connection broke.", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException refused) {
        throw refused;
      }
      throw Faults.of(e.getCause() == null ? e : e.getCause());
    }
  }

  private boolean send(ClientCallStreamObserver<UploadRequest> out, long offset, InputStream in)
      throws IOException, InterruptedException, TimeoutException {
    byte[] chunk = new byte[CHUNK];
    long at = offset;
    for (int read; !answer.isDone() && (read = in.readNBytes(chunk, 0, CHUNK)) > 0; ) {
      awaitReady(out);
      out.onNext(UploadRequest.newBuilder().setChunk(ByteString.copyFrom(chunk, 0, read)).build());
      at += read;
      if (!meter.at(at)) {
        return false;
      }
    }
    return true;
  }

  private void awaitReady(ClientCallStreamObserver<UploadRequest> out)
      throws InterruptedException, TimeoutException {
    while (!out.isReady() && !answer.isDone()) {
      if (ready.poll(stalled.toMillis(), TimeUnit.MILLISECONDS) == null) {
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
