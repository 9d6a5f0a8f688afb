package sotto.presence;

import io.grpc.BindableService;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.api.metrics.ObservableLongGauge;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import sotto.mesh.ForOperators;
import sotto.mesh.Telemetry;

/// presence-svc: who is connected where, and who wants to know.
public final class PresenceService implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(PresenceService.class.getName());

  private final SteppedPresence presence;
  private final ScheduledExecutorService timer;
  private final List<AutoCloseable> gauges;

  private PresenceService(SteppedPresence presence, ScheduledExecutorService timer, Meter meter) {
    this.presence = presence;
    this.timer = timer;
    this.gauges =
        List.of(
            gauge(meter, "devices", "registered devices", presence::devices),
            gauge(meter, "relays", "relays with a lease", presence::relays),
            meter
                .counterBuilder("sotto.presence.leases.lost")
                .setDescription("leases that ended without their relays saying so")
                .setUnit("{lease}")
                .buildWithCallback(m -> m.record(presence.lapsed())));
  }

  /// Starts empty and *warming*.
  ///
  /// @param clock measures leases; one that is set does no harm
  public static PresenceService open(PresenceConfig config, Clock clock, Telemetry telemetry) {
    var service =
        new PresenceService(
            SteppedPresence.open(config, clock, new SecureRandom(), Thread::startVirtualThread),
            Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("presence-leases").factory()),
            telemetry.meter("presence"));
    service.start(config.tick().toMillis());
    return service;
  }

  /// What a server is to serve: `sotto.presence.v1.PresenceService`.
  public List<BindableService> services() {
    return presence.services();
  }

  /// What it has for operators.
  public ForOperators forOperators() {
    return ForOperators.measuring(
        Map.of(
            "sotto.presence.devices", presence::devices,
            "sotto.presence.relays", presence::relays,
            "sotto.presence.leases.lost", presence::lapsed));
  }

  /// Stops the timer. Close the server first.
  @Override
  public void close() {
    timer.shutdownNow();
    gauges.forEach(PresenceService::close);
  }

  private static void close(AutoCloseable gauge) {
    try {
      gauge.close();
    } catch (Exception e) {
      LOG.log(System.Logger.Level.DEBUG, "a metric could not be ended", e);
    }
  }

  private static ObservableLongGauge gauge(
      Meter meter, String name, String description, LongSupplier value) {
    return meter
        .gaugeBuilder("sotto.presence." + name)
        .setDescription(description)
        .ofLongs()
        .buildWithCallback(measurement -> measurement.record(value.getAsLong()));
  }

  private void start(long tickMillis) {
    var _ = timer.scheduleWithFixedDelay(this::tick, tickMillis, tickMillis, TimeUnit.MILLISECONDS);
  }

  private void tick() {
    try {
      presence.tick();
    } catch (RuntimeException e) {
      // The next tick tries again: without it leases would never end.
      LOG.log(System.Logger.Level.ERROR, "leases could not be looked at", e);
    }
  }
}
