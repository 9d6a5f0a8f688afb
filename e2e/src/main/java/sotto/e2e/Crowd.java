package sotto.e2e;

import static sotto.e2e.Pauses.pause;
import static sotto.e2e.Pauses.until;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.ToIntFunction;

/// The users of a run, who write to each other all at the rate that the machine bears.
///
/// Users join before they start; afterwards its figures may be asked by several threads.
final class Crowd implements AutoCloseable {
  private static final Duration DRAIN = Duration.ofMinutes(3);
  private static final Duration PROGRESS = Duration.ofSeconds(5);
  private static final Duration WARM_UP = Duration.ofSeconds(8);
  private static final Duration CALIBRATION = Duration.ofSeconds(6);
  // A second: a mailbox must hold what comes while its user is away.
  private static final double MOST_TO_SLEEPERS = 15;
  // Of what it bore: to fail over costs work too, and what was held up has to be caught up with.
  private static final double SHARE = 0.6;

  private final Narration narration;
  private final List<Correspondent> users = new ArrayList<>();
  private final Queue<String> troubles = new ConcurrentLinkedQueue<>();
  private final Thread progress = Thread.ofPlatform().daemon().unstarted(this::tellProgress);

  Crowd(Narration narration) {
    this.narration = narration;
  }

  void join(Correspondent user) {
    users.add(user);
  }

  /// Lets everybody take events, still silent, and tells from now on how far they are.
  void start() {
    users.forEach(user -> user.start(this::trouble));
    narration.say("%d users have registered".formatted(users.size()));
    progress.start();
  }

  /// Takes what a thread of a user failed with.
  void trouble(Thread thread, Throwable e) {
    troubles.add("%s: %s".formatted(thread.getName(), e));
    narration.trace(e);
  }

  /// What threads of users failed with.
  List<String> troubles() {
    return List.copyOf(troubles);
  }

  List<Correspondent> users() {
    return users;
  }

  List<Correspondent> sleepers() {
    return users.stream().filter(Correspondent::sleeps).toList();
  }

  private List<Correspondent> writers() {
    return users.stream().filter(u -> !u.sleeps()).toList();
  }

  /// Finds out what the machine bears, and lets everybody write so much.
  ///
  /// @param wished messages a second
  /// @param most how long one of the two parts of it may take
  void calibrate(int wished, Duration most) {
    var start = System.nanoTime();
    rate(wished);
    // A first contact costs more than all that follow.
    var _ = until(() -> stuck(start).isEmpty(), DRAIN);
    pause(shorter(WARM_UP, most));
    var before = sum(OneWay::acceptedCount);
    var begin = System.nanoTime();
    pause(shorter(CALIBRATION, most));
    var borne = (sum(OneWay::acceptedCount) - before) * 1e9 / (System.nanoTime() - begin);
    var rate = borne >= 0.95 * wished ? wished : Math.max(1, borne * SHARE);
    rate(0);
    if (!until(this::allArrived, DRAIN)) {
      throw new IllegalStateException("the messages of the calibration do not arrive");
    }
    rate(rate);
    narration.say(
        "wished for %d messages a second, %.0f were accepted; goes on with %.0f"
            .formatted(wished, borne, rate));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void rate(double aSecond) {
    var each = aSecond / writers().size();
    for (var writer : writers()) {
      var toSleeper = sleepers().stream().anyMatch(s -> s.incoming() == writer.outgoing());
      writer.rate(toSleeper ? Math.min(each, MOST_TO_SLEEPERS) : each);
    }
  }

  /// Lets nobody write any more and waits for what is under way.
  ///
  /// @return what is wrong
  List<String> drain() {
    rate(0);
    narration.say("nobody writes any more; waiting for what is under way");
    var arrived = until(this::allArrived, DRAIN);
    progress.interrupt();
    return arrived
        ? List.of()
        : List.of(
            "of %d written messages %d were accepted and %d arrived, and no more came"
                .formatted(
                    sum(OneWay::written), sum(OneWay::acceptedCount), sum(OneWay::arrivedCount)));
  }

  private boolean allArrived() {
    return users.stream()
        .map(Correspondent::outgoing)
        .allMatch(way ->
            way.acceptedCount() + way.failedCount() >= way.written()
                && way.arrivedCount() >= way.acceptedCount());
  }

  /// Of the messages of all.
  int sum(ToIntFunction<OneWay> count) {
    return users.stream().map(Correspondent::outgoing).mapToInt(count).sum();
  }

  /// How often writers came online.
  int reconnects() {
    return writers().stream().mapToInt(Correspondent::reconnects).sum();
  }

  /// Writers of whom nothing was accepted since an instant.
  List<Correspondent> stuck(long since) {
    return writers().stream().filter(u -> !u.outgoing().acceptedSince(since)).toList();
  }

  /// See [OneWay#longestGap]; of the writer who has the longest, in milliseconds.
  long longestGap(long begin, long end) {
    return writers().stream().mapToLong(u -> u.outgoing().longestGap(begin, end)).max().orElse(0)
        / 1_000_000;
  }

  /// See [OneWay#longestWait]; of the writer who has the longest, in milliseconds.
  long longestWait(long begin, long end) {
    return writers().stream().mapToLong(u -> u.outgoing().longestWait(begin, end)).max().orElse(0)
        / 1_000_000;
  }

  private void tellProgress() {
    var before = 0;
    while (true) {
      try {
        Thread.sleep(PROGRESS);
      } catch (InterruptedException e) {
        return;
      }
      var accepted = sum(OneWay::acceptedCount);
      narration.say(
          "written %,d, accepted %,d (%d a second), arrived %,d"
              .formatted(
                  sum(OneWay::written),
                  accepted,
                  (accepted - before) / PROGRESS.toSeconds(),
                  sum(OneWay::arrivedCount)));
      before = accepted;
    }
  }

  @Override
  public void close() {
    progress.interrupt();
    users.forEach(Correspondent::close);
  }
}
