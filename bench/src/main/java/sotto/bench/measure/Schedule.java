package sotto.bench.measure;

import java.util.concurrent.locks.LockSupport;

/// When each of a number of messages is to leave, at a steady rate. A message's time runs from
/// there, whether or not it could leave: who waits for a stalled server is counted with the stall
/// (the remedy for coordinated omission).
///
/// @param start of the first, in `System.nanoTime`
/// @param perSecond how many leave a second, above 0
/// @param count how many there are, not below 0
public record Schedule(long start, int perSecond, int count) {
  private static final long SECOND = 1_000_000_000;

  /// Checks the bounds.
  public Schedule {
    if (perSecond <= 0 || count < 0) {
      throw new IllegalArgumentException("rate " + perSecond + ", count " + count);
    }
  }

  /// When a message is to leave, in `System.nanoTime`; without rounding that adds up.
  ///
  /// @param index from 0
  public long at(int index) {
    return start + index / perSecond * SECOND + index % perSecond * SECOND / perSecond;
  }

  /// When the last has left and its interval is over.
  public long end() {
    return at(count);
  }

  /// Gives each message its turn, in order, never before its time.
  public void run(Turn turn) {
    for (int i = 0; i < count; i++) {
      awaitTime(at(i));
      turn.of(i, at(i));
    }
    awaitTime(end());
  }

  /// Waits until a point in `System.nanoTime`.
  public static void awaitTime(long at) {
    for (long left = at - System.nanoTime(); left > 0; left = at - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /// What is done for a message.
  public interface Turn {
    /// Does it; is not to block.
    ///
    /// @param index which, from 0
    /// @param intended when it was to be
    void of(int index, long intended);
  }
}
