package sotto.mesh;

/// Time that only goes forward, for measuring how long something takes.
@FunctionalInterface
public interface MonotonicClock {
  /// The time now.
  ///
  /// @return nanoseconds since some moment; only differences mean something
  long nanos();

  /// The machine's.
  ///
  /// @return thread-safe
  static MonotonicClock system() {
    return System::nanoTime;
  }
}
