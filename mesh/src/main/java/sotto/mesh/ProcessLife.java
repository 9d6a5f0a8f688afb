package sotto.mesh;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What a process can say of itself, and how it is told to end. Thread-safe.
///
/// ```
/// STARTING -> SERVING   others can count on it
/// STARTING, SERVING -> DRAINING   it leaves
/// ```
public final class ProcessLife {
  /// Where it is.
  public enum State {
    /// It opens its parts.
    STARTING,
    /// It works.
    SERVING,
    /// It leaves.
    DRAINING
  }

  private final String version;
  private final Optional<String> host;
  private final List<Setting> settings;
  private final Duration drain;
  private final Clock clock;
  private final Runnable stop;
  private final Instant started;
  // Only forward; under this.
  private State state = State.STARTING;

  /// Of a process that starts now.
  ///
  /// @param version of its program
  /// @param host the name of the machine or pod that it runs on, if it has one
  /// @param settings its configuration
  /// @param drain how long stopping may take
  /// @param clock wall time
  /// @param stop begins to end the process; returns before it has ended
  public ProcessLife(
      String version,
      Optional<String> host,
      List<Setting> settings,
      Duration drain,
      Clock clock,
      Runnable stop) {
    this.version = version;
    this.host = host;
    this.settings = List.copyOf(settings);
    this.drain = drain;
    this.clock = clock;
    this.stop = stop;
    this.started = clock.instant();
  }

  String version() {
    return version;
  }

  Optional<String> host() {
    return host;
  }

  List<Setting> settings() {
    return settings;
  }

  Duration drain() {
    return drain;
  }

  Clock clock() {
    return clock;
  }

  Instant started() {
    return started;
  }

  /// Where it is.
  public synchronized State state() {
    return state;
  }

  /// From here on others can count on it.
  public synchronized void ready() {
    if (state == State.STARTING) {
      state = State.SERVING;
    }
  }

  /// From here on it leaves.
  public synchronized void leaving() {
    state = State.DRAINING;
  }

  /// Begins to end the process.
  void end() {
    stop.run();
  }
}
