package sotto.cli.chat;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Tells the peer that the user types, at most every few seconds, and that it ended.
final class Typing {
  private static final long AGAIN_NANOS = 4_000_000_000L;

  private final Consumer<Boolean> tell;
  private final LongSupplier nanos;
  private final AtomicReference<Optional<Long>> told = new AtomicReference<>(Optional.empty());

  /// @param tell must not block
  /// @param nanos a monotonic clock
  Typing(Consumer<Boolean> tell, LongSupplier nanos) {
    this.tell = tell;
    this.nanos = nanos;
  }

  /// A character was typed.
  void typed() {
    long now = nanos.getAsLong();
    Optional<Long> before = told.get();
    if (before.filter(then -> now - then < AGAIN_NANOS).isEmpty()
        && told.compareAndSet(before, Optional.of(now))) {
      tell.accept(true);
    }
  }

  /// The text was sent or given up.
  void ended() {
    if (told.getAndSet(Optional.empty()).isPresent()) {
      tell.accept(false);
    }
  }
}
