package sotto.store.write;

/// How writers come to do their work: on threads of their own, or step by step when they are told
/// to. What they do is the same.
public sealed interface Pace permits Threads, Steps {
  /// A thread for each writer.
  static Pace threads() {
    return new Threads();
  }

  /// Makes a writer work until it is shut.
  Work start(Writer writer);

  /// Waits until a call is over; at most thirty seconds.
  void await(Call<?> call) throws InterruptedException;

  /// A writer at work.
  @FunctionalInterface
  interface Work {
    /// Waits until a writer that is shut has done what queued and has left.
    void end();
  }
}
