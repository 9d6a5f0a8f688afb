package sotto.store.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.ExtendWith;
import org.pastalab.fray.core.scheduler.PCTScheduler;
import org.pastalab.fray.junit.junit5.FrayTestExtension;
import org.pastalab.fray.junit.junit5.annotations.FrayTest;

/// Group commit: callers offer, one writer takes, the store closes.
@ExtendWith(FrayTestExtension.class)
class JobQueueFrayTest {
  /// A job that counts how often it is told what became of it.
  private static final class Told implements Job {
    final AtomicInteger fates = new AtomicInteger();

    @Override
    public int bucket() {
      return 1;
    }

    @Override
    public long bytes() {
      return 10;
    }

    @Override
    public void apply(Batch batch) {}

    @Override
    public void finish(Fate fate) {
      fates.incrementAndGet();
    }
  }

  @FrayTest(iterations = 150, scheduler = PCTScheduler.class)
  void closedWhileACallerOffers_itsJobIsToldOnce() throws InterruptedException {
    var queue = new JobQueue();
    var job = new Told();
    var caller = new Thread(() -> queue.offer(job));
    var writer = new Thread(() -> write(queue));
    writer.start();
    caller.start();
    queue.close(new Told());
    writer.join();
    queue.turnAwayRest();
    caller.join();

    assertThat(job.fates).hasValue(1);
  }

  private static void write(JobQueue queue) {
    try {
      while (!queue.isOver()) {
        List<Job> jobs = queue.take(0);
        jobs.forEach(job -> job.finish(new Fate.Committed(1)));
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
