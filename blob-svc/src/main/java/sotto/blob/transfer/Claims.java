package sotto.blob.transfer;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import sotto.blob.BlobName;
import sotto.proto.Statuses;

/// Which uploads are being worked on in this process, by one connection each: a new connection
/// makes the one before it let go, and one that waited until a later one had it gives up, or a dead
/// connection could take an upload from the living. Thread-safe.
final class Claims {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LATER = Duration.ofSeconds(1);

  private final ConcurrentMap<BlobName, Claim> held = new ConcurrentHashMap<>();
  private final AtomicLong connections = new AtomicLong();

  /// One connection's right to write.
  final class Claim implements AutoCloseable {
    private final BlobName name;
    private final Runnable lost;
    // Connections are numbered as they come; 0 = none, but work of a moment.
    private final long connection;
    private final CountDownLatch over = new CountDownLatch(1);

    private Claim(BlobName name, Runnable lost, long connection) {
      this.name = name;
      this.lost = lost;
      this.connection = connection;
    }

    @Override
    public void close() {
      held.remove(name, this);
      over.countDown();
    }
  }

  /// Takes an upload for a connection, from the one that has it.
  ///
  /// @param lost told when another wants it: this one is to be closed soon
  /// @return to be closed
  /// @throws io.grpc.StatusRuntimeException UNAVAILABLE if the other does not let go, or came later
  Claim take(BlobName name, Runnable lost) throws InterruptedException {
    return take(new Claim(name, lost, connections.incrementAndGet()));
  }

  /// Takes an upload for a moment, from the connection that has it.
  ///
  /// @return to be closed
  /// @throws io.grpc.StatusRuntimeException UNAVAILABLE if the other does not let go
  Claim take(BlobName name) throws InterruptedException {
    return take(new Claim(name, () -> {}, 0));
  }

  private Claim take(Claim mine) throws InterruptedException {
    while (true) {
      @Nullable Claim other = held.putIfAbsent(mine.name, mine);
      if (other == null) {
        return mine;
      }
      if (mine.connection != 0 && other.connection > mine.connection) {
        throw Statuses.unavailable("a later connection writes this upload", LATER);
      }
      other.lost.run();
      if (!other.over.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw Statuses.unavailable("another connection still writes this upload", LATER);
      }
    }
  }

  /// Makes the one that has an upload let go, and waits until it has, or until that takes too long.
  void settle(BlobName name) throws InterruptedException {
    @Nullable Claim other = held.get(name);
    if (other != null) {
      other.lost.run();
      var _ = other.over.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /// How many uploads are being worked on.
  int size() {
    return held.size();
  }

  /// Takes an upload that nobody has.
  ///
  /// @return to be closed; empty if somebody has it
  Optional<Claim> takeFree(BlobName name) {
    // Whoever wants it meanwhile waits for the moment that this takes.
    var mine = new Claim(name, () -> {}, 0);
    return held.putIfAbsent(name, mine) == null ? Optional.of(mine) : Optional.empty();
  }
}
