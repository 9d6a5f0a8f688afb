package sotto.bench;

import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import sotto.bench.measure.Latencies;
import sotto.proto.Statuses;

/// Devices that are connected all at once, each on a connection of its own, and come back by
/// themselves as the SDK does. One thread may use it.
final class Crowd implements AutoCloseable {
  private static final long FIRST_MILLIS = 250;
  private static final long LONGEST_MILLIS = 60_000;
  private static final int MAX_DOUBLINGS = 8;
  private static final int MOST_REFUSALS = 30;
  private static final long PATIENCE_SECONDS = 600;

  private final Target target;
  private final List<Person> people;
  private final AtomicReferenceArray<DeviceStream> streams;
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(1);

  /// How they came.
  ///
  /// @param times from the beginning to each one's welcome
  /// @param refused attempts that came to nothing
  /// @param mostRefused of one
  record Gathering(Latencies times, int refused, int mostRefused) {}

  Crowd(Target target, List<Person> people) {
    this.target = target;
    this.people = people;
    streams = new AtomicReferenceArray<>(people.size());
  }

  /// Loses all connections, without a word to the server.
  void lose() {
    for (int i = 0; i < streams.length(); i++) {
      streams.get(i).close();
    }
  }

  /// Connects all who are not.
  ///
  /// @param relay to which
  Gathering gather(int relay) throws InterruptedException {
    var coming = new Coming(relay, people.size());
    for (int i = 0; i < people.size(); i++) {
      coming.attempt(i, 0, Duration.ZERO);
    }
    if (!coming.all.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new CannotMeasure(coming.all.getCount() + " clients did not come back");
    }
    if (coming.lost.get() > 0) {
      throw new CannotMeasure(coming.lost.get() + " clients were refused again and again");
    }
    return new Gathering(coming.times, coming.refused.get(), coming.most.get());
  }

  /// One gathering.
  private final class Coming {
    private final int relay;
    private final long begun = System.nanoTime();
    private final Latencies times = new Latencies();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();
    private final CountDownLatch all;

    private Coming(int relay, int count) {
      this.relay = relay;
      all = new CountDownLatch(count);
    }

    private void attempt(int who, int failures, Duration asked) {
      long backOff = Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(failures, MAX_DOUBLINGS));
      long wait = asked.toMillis() + ThreadLocalRandom.current().nextLong(backOff + 1);
      var _ = timers.schedule(() -> open(who, failures), wait, TimeUnit.MILLISECONDS);
    }

    private void open(int who, int failures) {
      var _ =
          DeviceStream.open(target.channel(relay), people.get(who), _ -> {})
              .whenComplete((stream, failure) -> {
                if (failure == null) {
                  times.add(System.nanoTime() - begun);
                  streams.set(who, stream);
                  all.countDown();
                } else {
                  refused(who, failures + 1, failure);
                }
              });
    }

    private void refused(int who, int failures, Throwable failure) {
      if (refused.incrementAndGet() == 1) {
        Bench.say("the first that is refused: " + failure.getMessage());
      }
      most.accumulateAndGet(failures, Math::max);
      if (failures >= MOST_REFUSALS) {
        lost.incrementAndGet();
        all.countDown();
        return;
      }
      Duration asked =
          failure instanceof StatusRuntimeException status
              ? Statuses.retryAfter(status).orElse(Duration.ZERO)
              : Duration.ZERO;
      attempt(who, failures, asked);
    }
  }

  int size() {
    return people.size();
  }

  /// Keeps one of them open, if it is.
  void ping(int who) {
    DeviceStream stream = streams.get(who);
    if (stream != null && !stream.ended()) {
      stream.ping();
    }
  }

  private List<DeviceStream> connected() {
    List<DeviceStream> all = new ArrayList<>();
    for (int i = 0; i < streams.length(); i++) {
      DeviceStream stream = streams.get(i);
      if (stream != null && !stream.ended()) {
        all.add(stream);
      }
    }
    return all;
  }

  @Override
  public void close() {
    timers.shutdownNow();
    connected().forEach(DeviceStream::close);
  }
}
