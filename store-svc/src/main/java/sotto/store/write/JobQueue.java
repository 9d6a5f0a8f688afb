package sotto.store.write;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// What waits for a writer, bounded in jobs and in bytes. Any thread may offer; the writer's takes.
final class JobQueue {
  private static final int MOST_JOBS = 16_384;
  private static final long MOST_BYTES = 128L << 20;
  private static final long PATIENCE_SECONDS = 2;
  // Of one transaction.
  private static final int JOBS_AT_ONCE = 1_024;
  private static final long BYTES_AT_ONCE = 4L << 20;

  private final BlockingQueue<Job> queue = new ArrayBlockingQueue<>(MOST_JOBS);
  private final AtomicLong bytes = new AtomicLong();
  private volatile boolean closed;

  /// Queues a job; waits up to two seconds for room among 16,384 jobs, then the job hears
  /// [Fate.Again]. Without room among 128 MiB, or when the queue is closed, it hears that at once.
  void offer(Job job) {
    boolean queued = false;
    long queuedBytes = bytes.addAndGet(job.bytes());
    try {
      queued =
          !closed
              && queuedBytes <= MOST_BYTES
              && queue.offer(job, PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // A writer that ended in between would leave the job where it is.
    if (!queued || (closed && queue.remove(job))) {
      bytes.addAndGet(-job.bytes());
      turnAway(List.of(job));
    }
  }

  /// Waits for jobs and takes as many as fit into one transaction.
  ///
  /// @param millis how long it waits; 0 = for ever
  /// @return none when the time is over
  List<Job> take(long millis) throws InterruptedException {
    return from(millis == 0 ? queue.take() : queue.poll(millis, TimeUnit.MILLISECONDS));
  }

  /// Takes as many jobs as fit into one transaction, without waiting.
  List<Job> poll() {
    return from(queue.poll());
  }

  private List<Job> from(@Nullable Job first) {
    @Nullable Job next = first;
    List<Job> jobs = new ArrayList<>();
    long taken = 0;
    while (next != null) {
      jobs.add(next);
      taken += next.bytes();
      next = jobs.size() < JOBS_AT_ONCE && taken < BYTES_AT_ONCE ? queue.poll() : null;
    }
    bytes.addAndGet(-taken);
    return jobs;
  }

  /// Takes no more jobs; what waits is still to be taken.
  ///
  /// @param last wakes a writer that waits; one whose queue is full does not wait
  void close(Job last) {
    closed = true;
    var _ = queue.offer(last);
  }

  /// Whether it is closed and nothing waits.
  boolean isOver() {
    return closed && queue.isEmpty();
  }

  /// Turns away what came too late to be taken.
  void turnAwayRest() {
    List<Job> left = new ArrayList<>();
    queue.drainTo(left);
    turnAway(left);
  }

  private static void turnAway(List<Job> jobs) {
    jobs.forEach(job -> job.finish(new Fate.Again(Fate.Why.BUSY)));
    jobs.forEach(Job::flush);
  }
}
