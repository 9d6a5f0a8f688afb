package sotto.e2e.sim;

import java.util.PriorityQueue;

/// Simulated time: what is due runs in the order of its time, and of its coming where that is
/// equal. One thread.
final class Scheduler {
  /// A second, in its unit.
  static final long SECOND = 1_000_000;

  /// A millisecond, in its unit.
  static final long MILLI = 1_000;

  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private long now;
  private long added;
  private long trace = 17;

  private record Event(long due, long number, Runnable task) implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(due, other.due);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  /// Microseconds since the start.
  long now() {
    return now;
  }

  /// Milliseconds since the start.
  long millis() {
    return now / MILLI;
  }

  /// Runs a task later, or next if the delay is 0.
  void after(long micros, Runnable task) {
    queue.add(new Event(now + Math.max(0, micros), added++, task));
  }

  /// Runs the next event, if there is one that is due until then.
  ///
  /// @return false when there is none, and time has come to `until`
  boolean step(long until) {
    var next = queue.peek();
    if (next == null || next.due > until) {
      now = Math.max(now, until);
      return false;
    }
    queue.remove();
    now = next.due;
    trace = trace * 31 + next.due;
    next.task.run();
    return true;
  }

  /// A hash of the times of all events so far: equal runs have equal ones.
  long trace() {
    return trace * 31 + added;
  }
}
