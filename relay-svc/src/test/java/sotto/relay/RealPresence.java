package sotto.relay;

import io.grpc.Channel;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import sotto.mesh.InternalServer;
import sotto.mesh.PodList;
import sotto.mesh.Pods;
import sotto.mesh.Telemetry;
import sotto.mesh.testing.HandClock;
import sotto.presence.PresenceConfig;
import sotto.presence.SteppedPresence;

/// Real presence pods, in which no time passes but by [#pass].
final class RealPresence implements Pods, AutoCloseable {
  private final HandClock clock = new HandClock();
  private final ConcurrentHashMap<String, Pod> pods = new ConcurrentHashMap<>();
  private final PodList list;

  private record Pod(SteppedPresence presence, InternalServer server, ManagedChannel channel) {}

  /// Pods that know who is absent.
  RealPresence(List<String> names) {
    list = new PodList(names);
    names.forEach(this::start);
    pass(PresenceConfig.DEFAULT.leaseLife().plusSeconds(1));
  }

  void start(String name) {
    var presence =
        SteppedPresence.open(
            PresenceConfig.DEFAULT, clock, new Random(1), Thread::startVirtualThread);
    var server =
        InternalServer.start(UUID.randomUUID().toString(), presence.services(), Telemetry.none());
    pods.put(name, new Pod(presence, server, server.newChannel()));
  }

  void kill(String name) {
    Optional.ofNullable(pods.remove(name)).ifPresent(RealPresence::end);
  }

  long devices(String name) {
    return Optional.ofNullable(pods.get(name)).map(pod -> pod.presence().devices()).orElse(0L);
  }

  void pass(Duration time) {
    var tick = PresenceConfig.DEFAULT.tick();
    for (var left = time; left.isPositive(); left = left.minus(tick)) {
      clock.pass(tick);
      pods.values().forEach(pod -> pod.presence().tick());
    }
  }

  private static void end(Pod pod) {
    pod.channel().shutdownNow();
    pod.server().close();
  }

  @Override
  public void close() {
    pods.values().forEach(RealPresence::end);
  }

  @Override
  public PodList list() {
    return list;
  }

  @Override
  public void onChange(Runnable listener) {
    // It never changes.
  }

  @Override
  public Channel channel(String name) {
    return new NamedChannel(name, () -> Optional.ofNullable(pods.get(name)).map(Pod::channel));
  }

  @Override
  public boolean isDown(String name) {
    return !pods.containsKey(name);
  }
}
