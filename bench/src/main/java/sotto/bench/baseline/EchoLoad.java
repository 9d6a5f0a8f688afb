package sotto.bench.baseline;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import sotto.bench.measure.Latencies;
import sotto.bench.measure.Schedule;

/// Streams to an [Echo], each on a connection of its own.
public final class EchoLoad implements AutoCloseable {
  private static final long DRAIN = 5_000_000_000L;

  private final List<Stream> streams = new ArrayList<>();
  private final byte[] noise;
  private volatile Latencies times = new Latencies();
  private volatile long end = Long.MIN_VALUE;
  private final AtomicLong unanswered = new AtomicLong();

  private final class Stream implements StreamObserver<byte[]> {
    private final ManagedChannel channel;
    private final StreamObserver<byte[]> out;

    Stream(ManagedChannel channel) {
      this.channel = channel;
      this.out =
          ClientCalls.asyncBidiStreamingCall(
              channel.newCall(Echo.METHOD, CallOptions.DEFAULT), this);
    }

    void send(long intended) {
      byte[] message = noise.clone();
      ByteBuffer.wrap(message).putLong(intended);
      unanswered.incrementAndGet();
      synchronized (this) {
        out.onNext(message);
      }
    }

    @Override
    public void onNext(byte[] message) {
      long now = System.nanoTime();
      times.add(now - ByteBuffer.wrap(message).getLong());
      unanswered.decrementAndGet();
      if (now < end) {
        send(now);
      }
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }

  /// Opens them.
  ///
  /// @param connections makes one at a time
  /// @param bytes of each message, at least 8
  public EchoLoad(Supplier<ManagedChannel> connections, int count, int bytes) {
    noise = new byte[bytes];
    ThreadLocalRandom.current().nextBytes(noise);
    for (int i = 0; i < count; i++) {
      streams.add(new Stream(connections.get()));
    }
  }

  /// Keeps so many unanswered on each stream.
  ///
  /// @return the time of each round
  public Latencies closed(int depth, int seconds) {
    Latencies mine = new Latencies();
    times = mine;
    long now = System.nanoTime();
    end = now + seconds * 1_000_000_000L;
    for (Stream stream : streams) {
      for (int i = 0; i < depth; i++) {
        stream.send(System.nanoTime());
      }
    }
    Schedule.awaitTime(end);
    drain();
    return mine;
  }

  /// Sends at a steady rate.
  ///
  /// @return the time of each round, from when it was to begin
  public Latencies steady(int perSecond, int seconds) {
    Latencies mine = new Latencies();
    times = mine;
    end = Long.MIN_VALUE;
    new Schedule(System.nanoTime(), perSecond, perSecond * seconds)
        .run((i, intended) -> streams.get(i % streams.size()).send(intended));
    drain();
    return mine;
  }

  private void drain() {
    long until = System.nanoTime() + DRAIN;
    while (unanswered.get() > 0 && System.nanoTime() < until) {
      Schedule.awaitTime(System.nanoTime() + 1_000_000);
    }
  }

  @Override
  public void close() {
    streams.forEach(stream -> stream.channel.shutdownNow());
  }
}
