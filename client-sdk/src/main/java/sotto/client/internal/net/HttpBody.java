package sotto.client.internal.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// The body of an answer as a stream: one buffer is asked for at a time, and a sender that falls
/// silent is given up.
final class HttpBody extends InputStream implements Flow.Subscriber<List<ByteBuffer>> {
  private sealed interface Arrival {}

  private record Buffers(List<ByteBuffer> buffers) implements Arrival {}

  private record End(Optional<Throwable> failure) implements Arrival {}

  private final BlockingQueue<Arrival> arrivals = new ArrayBlockingQueue<>(4);
  private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();
  private final Duration stalled;
  private List<ByteBuffer> buffers = List.of();
  private int at;
  private boolean over;

  private HttpBody(Duration stalled) {
    this.stalled = stalled;
  }

  /// Reads a body.
  static InputStream reading(Flow.Publisher<List<ByteBuffer>> body, Duration stalled) {
    HttpBody reading = new HttpBody(stalled);
    body.subscribe(reading);
    return reading;
  }

  /// Takes nothing of a body.
  static void discard(Flow.Publisher<List<ByteBuffer>> body) {
    HttpBody none = new HttpBody(Duration.ZERO);
    body.subscribe(none);
    none.close();
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!over) {
      while (at < buffers.size()) {
        ByteBuffer buffer = buffers.get(at);
        if (buffer.hasRemaining()) {
          int count = Math.min(length, buffer.remaining());
          buffer.get(into, offset, count);
          return count;
        }
        at++;
      }
      next();
    }
    return -1;
  }

  private void next() throws IOException {
    try {
      subscription.join().request(1);
      Arrival arrival = arrivals.poll(stalled.toMillis(), TimeUnit.MILLISECONDS);
      switch (arrival) {
        case null -> {
          close();
          throw new IOException(
              SottoException.of(Code.SERVER_UNREACHABLE, "The download does not go on."));
        }
        case Buffers(List<ByteBuffer> more) -> {
          buffers = more;
          at = 0;
        }
        case End(Optional<Throwable> failure) -> {
          over = true;
          if (failure.isPresent()) {
            throw new IOException(
                SottoException.of(
                    Code.SERVER_UNREACHABLE, "The download broke off.", failure.get()));
          }
        }
      }
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw SottoException.of(Code.CLOSED, "This home was closed.", e);
    }
  }

  @Override
  public void close() {
    over = true;
    subscription.join().cancel();
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription.complete(given);
  }

  @Override
  public void onNext(List<ByteBuffer> item) {
    arrivals.add(new Buffers(item));
  }

  @Override
  public void onError(Throwable failure) {
    var _ = arrivals.offer(new End(Optional.of(failure)));
  }

  @Override
  public void onComplete() {
    var _ = arrivals.offer(new End(Optional.empty()));
  }
}
