package sotto.presence;

import io.grpc.BindableService;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/// presence-svc without a thread of its own: time passes for it when [#tick] is called. What
/// [PresenceService] runs, and what a simulation runs in its place.
///
/// Thread-safe but for [#tick]; nothing blocks.
public final class SteppedPresence {
  private final Directory directory;
  private final List<BindableService> services;

  private SteppedPresence(Directory directory, List<BindableService> services) {
    this.directory = directory;
    this.services = services;
  }

  /// Starts empty and *warming*.
  ///
  /// @param clock measures leases; one that is set does no harm
  /// @param random makes the key of the hash that places accounts in the tables
  /// @param executor writes answers; must not run a task before `execute` has returned
  public static SteppedPresence open(
      PresenceConfig config, Clock clock, RandomGenerator random, Executor executor) {
    var time = new LeaseTime(clock, config.tick().multipliedBy(4).toMillis());
    var directory = new Directory(config, time, new SipHash(random.nextLong(), random.nextLong()));
    return new SteppedPresence(directory, List.of(new AttachService(directory, config, executor)));
  }

  /// What a server is to serve: `sotto.presence.v1.PresenceService`.
  public List<BindableService> services() {
    return services;
  }

  /// Ends leases that are over by the clock. To be called every [PresenceConfig#tick], by one
  /// thread: the time of leases advances by at most four ticks at each call.
  public void tick() {
    directory.tick();
  }

  /// Registered devices.
  public long devices() {
    return directory.devices();
  }

  /// Relays with a lease.
  public int relays() {
    return directory.relays();
  }

  /// Leases that ended without their relays saying so, since the start.
  public long lapsed() {
    return directory.lapsed();
  }
}
