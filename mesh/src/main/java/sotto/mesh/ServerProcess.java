package sotto.mesh;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The life of a server process: it opens its parts, serves until it is told to stop (SIGTERM,
/// SIGINT), closes them in reverse and exits.
public final class ServerProcess {
  /// It did what it was asked to.
  public static final int OK = 0;

  /// It could not start, or its parts did not close in time.
  public static final int FAILED = 1;

  // Beyond the limit of the drain, for parts that get their least time after a stuck one.
  private static final Duration SLACK = Duration.ofSeconds(5);

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch finished = new CountDownLatch(1);
  private final Duration limit;

  /// What opens the parts.
  @FunctionalInterface
  public interface Start {
    /// Opens everything, adding each part to the drain as it opens, and says that it is ready.
    ///
    /// @param drain takes the parts
    /// @throws Exception if the process cannot serve; parts added until then are closed
    void open(Drain drain) throws Exception;
  }

  private ServerProcess(Duration limit) {
    this.limit = limit;
  }

  /// Runs until a signal comes. On a signal the process ends from within, with [#OK], or with
  /// [#FAILED] if closing took too long; this method then does not return.
  ///
  /// @param limit how long closing may take
  /// @param start opens the parts
  /// @throws Exception what `start` threw, after its parts have been closed
  public static void run(Duration limit, Start start) throws Exception {
    new ServerProcess(limit).live(start);
  }

  /// Begins to end this process as SIGTERM does, and returns.
  public static void end() {
    // Its own thread: it does not return, and whoever calls may be what is waited for.
    var _ = Thread.ofPlatform().name("exit").start(() -> System.exit(OK));
  }

  private void live(Start start) throws Exception {
    var hook = Thread.ofPlatform().name("stop").unstarted(this::stop);
    Runtime.getRuntime().addShutdownHook(hook);
    try (var drain = new Drain(limit, MonotonicClock.system())) {
      start.open(drain);
      asked.await();
    } catch (Throwable e) {
      forget(hook);
      throw e;
    } finally {
      finished.countDown();
    }
    hook.join();
  }

  /// The virtual machine would exit with the signal's number, and its hooks run beside each other:
  /// so it waits here and ends it all.
  private void stop() {
    asked.countDown();
    var code = FAILED;
    try {
      code = finished.await(limit.plus(SLACK).toMillis(), TimeUnit.MILLISECONDS) ? OK : FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Logs.close();
    Runtime.getRuntime().halt(code);
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException stopping) {
      // A signal came while it started: the hook ends the process.
    }
  }
}
