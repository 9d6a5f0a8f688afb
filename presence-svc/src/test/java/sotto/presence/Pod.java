package sotto.presence;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import sotto.chain.AccountId;
import sotto.mesh.InternalServer;
import sotto.mesh.Telemetry;
import sotto.mesh.testing.HandClock;
import sotto.presence.v1.LocateRequest;
import sotto.presence.v1.Located;
import sotto.presence.v1.PresenceServiceGrpc;

/// One presence pod, called as its relays call it, whose time passes by hand.
final class Pod implements AutoCloseable {
  /// Of the list of pods.
  static final long VERSION = 1;

  private static final Duration TICK = Duration.ofMillis(250);

  final HandClock clock = new HandClock();
  final PresenceConfig config;
  private final Directory directory;
  private final InternalServer server;
  private final ManagedChannel channel;

  Pod() {
    this(PresenceConfig.DEFAULT);
  }

  Pod(PresenceConfig config) {
    this.config = config;
    directory = new Directory(config, new LeaseTime(clock, 1_000), new SipHash(1, 2));
    server =
        InternalServer.start(
            "presence-" + UUID.randomUUID(),
            List.of(new AttachService(directory, config, Thread::startVirtualThread)),
            Telemetry.none());
    channel = server.newChannel();
  }

  /// A pod that has run long enough to know who is absent.
  static Pod settled() {
    var pod = new Pod();
    pod.pass(Duration.ofSeconds(11));
    return pod;
  }

  void pass(Duration time) {
    for (Duration left = time; left.isPositive(); left = left.minus(TICK)) {
      clock.pass(TICK);
      directory.tick();
    }
  }

  Relay relay(String name, long epoch) {
    Relay relay = rawRelay();
    relay.lease(name, epoch, Math.toIntExact(config.leaseLife().toMillis()));
    return relay;
  }

  Relay rawRelay() {
    return new Relay(PresenceServiceGrpc.newStub(channel));
  }

  Located locate(AccountId account) {
    return locate(account, VERSION);
  }

  Located locate(AccountId account, long podsVersion) {
    return PresenceServiceGrpc.newBlockingStub(channel)
        .locate(
            LocateRequest.newBuilder()
                .addAccountIds(ByteString.copyFrom(account.bytes()))
                .setPodsVersion(podsVersion)
                .build())
        .getAccounts(0);
  }

  /// Where a device is, as `relay#number`; one text for each location.
  List<String> where(AccountId account) {
    return locate(account).getLocationsList().stream()
        .map(at -> at.getDevice() + "@" + at.getRelay() + "#" + at.getConnectionNumber())
        .toList();
  }

  long entries() {
    return directory.devices();
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
  }
}
