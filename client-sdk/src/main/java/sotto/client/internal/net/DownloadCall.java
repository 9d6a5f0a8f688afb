package sotto.client.internal.net;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.Status;
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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.DownloadResponse;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// The chunks of a download as a stream: a few are asked for ahead, so that memory is bounded, and
/// a server that sends nothing for a while is given up.
final class DownloadCall extends InputStream
    implements ClientResponseObserver<DownloadRequest, DownloadResponse> {
  private static final int AHEAD = 4;

  private sealed interface Arrival {}

  private record Frame(DownloadResponse frame) implements Arrival {}

  private record End(Optional<Throwable> failure) implements Arrival {}

  // Room for what was asked for, the end, and the end that a cancelled call has again.
  private final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(AHEAD + 2);
  private final CompletableFuture<ClientCallStreamObserver<DownloadRequest>> call =
      new CompletableFuture<>();
  private final Duration stalled;
  private ByteString chunk = ByteString.EMPTY;
  private int at;
  private Optional<End> end = Optional.empty();

  private DownloadCall(Duration stalled) {
    this.stalled = stalled;
  }

  static DownloadCall start(
      Channel channel, String token, DownloadRequest request, Duration stalled) {
    DownloadCall started = new DownloadCall(stalled);
    ServerCalls.withToken(BlobServiceGrpc.newStub(channel), token).download(request, started);
    return started;
  }

  /// The first frame; empty if there is none.
  ///
  /// @throws StatusRuntimeException if the call was refused
  Optional<DownloadResponse> first() {
    return switch (take()) {
      case Frame(DownloadResponse frame) -> Optional.of(frame);
      case End(Optional<Throwable> failure) -> {
        if (failure.isPresent()) {
          throw failure.get() instanceof StatusRuntimeException refused
              ? refused
              : Status.fromThrowable(failure.get()).asRuntimeException();
        }
        yield Optional.empty();
      }
    };
  }

  private Arrival take() {
    if (end.isPresent()) {
      return end.get();
    }
    try {
      Arrival arrival = arrivals.poll(stalled.toMillis(), TimeUnit.MILLISECONDS);
      if (arrival == null) {
        close();
        arrival =
            new End(
                Optional.of(
                    SottoException.of(Code.SERVER_UNREACHABLE, "The download does not go on.")));
      }
      switch (arrival) {
        case Frame _ -> ask();
        case End e -> end = Optional.of(e);
      }
      return arrival;
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw SottoException.of(Code.CLOSED, "This home was closed.", e);
    }
  }

  private void ask() {
    try {
      call.join().request(1);
    } catch (RejectedExecutionException e) {
      // The connection was closed, its thread with it.
      end =
          Optional.of(
              new End(
                  Optional.of(
                      SottoException.of(Code.SERVER_UNREACHABLE, "The connection broke.", e))));
    }
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
    while (at >= chunk.size()) {
      switch (take()) {
        case Frame(DownloadResponse frame) -> {
          chunk = frame.getChunk();
          at = 0;
        }
        case End(Optional<Throwable> failure) -> {
          if (failure.isPresent()) {
            throw new IOException(failure.get());
          }
          return -1;
        }
      }
    }
    int count = Math.min(length, chunk.size() - at);
    chunk.substring(at, at + count).copyTo(buffer, offset);
    at += count;
    return count;
  }

  @Override
  public void close() {
    try {
      call.join().cancel("closed", null);
    } catch (RejectedExecutionException e) {
      // The connection was closed, its thread with it.
    }
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<DownloadRequest> requests) {
    requests.disableAutoRequestWithInitial(AHEAD);
    call.complete(requests);
  }

  @Override
  public void onNext(DownloadResponse response) {
    arrivals.add(new Frame(response));
  }

  @Override
  public void onError(Throwable failure) {
    var _ = arrivals.offer(new End(Optional.of(failure)));
  }

  @Override
  public void onCompleted() {
    var _ = arrivals.offer(new End(Optional.empty()));
  }
}
