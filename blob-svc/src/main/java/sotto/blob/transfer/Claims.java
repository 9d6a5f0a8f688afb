package sotto.blob.transfer;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import sotto.blob.BlobName;
import sotto.proto.Statuses;

/// Which uploads are being worked on in this process, by one connection each: a new connection
/// makes the one before it let go. Thread-safe.
final class Claims {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration LATER = Duration.ofSeconds(1);

  private final ConcurrentMap<BlobName, Claim> held = new ConcurrentHashMap<>();

  /// One connection's right to write.
  final class Claim implements AutoCloseable {
    private final BlobName name;
    private final Runnable lost;
    private final CountDownLatch over = new CountDownLatch(1);

    private Claim(BlobName name, Runnable lost) {
      this.name = name;
      this.lost = lost;
    }

    @Override
    public void close() {
      held.remove(name, this);
      over.countDown();
    }
  }

  /// Takes an upload, from the one that has it.
  ///
  /// @param lost told when another wants it: this one is to be closed soon
  /// @return to be closed
  /// @throws io.grpc.StatusRuntimeException UNAVAILABLE if the other does not let go
  Claim take(BlobName name, Runnable lost) throws InterruptedException {
    var mine = new Claim(name, lost);
    while (true) {
      @Nullable Claim other = held.putIfAbsent(name, mine);
      if (other == null) {
        return mine;
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
    var mine = new Claim(name, () -> {});
    return held.putIfAbsent(name, mine) == null ? Optional.of(mine) : Optional.empty();
  }
}
