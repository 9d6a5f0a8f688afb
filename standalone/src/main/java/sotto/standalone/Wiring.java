package sotto.standalone;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import sotto.blob.BlobService;
import sotto.mesh.Channels;
import sotto.mesh.Drain;
import sotto.mesh.InternalServer;
import sotto.mesh.Pods;
import sotto.mesh.ProcessLife;
import sotto.mesh.PublicServer;
import sotto.mesh.Telemetry;
import sotto.presence.PresenceService;
import sotto.relay.RelayChannels;
import sotto.relay.RelayService;
import sotto.store.StoreService;
import sotto.store.cold.BlobColdStore;

/// The whole server, top to bottom: what is opened, in which order, and who knows whom. It is
/// closed from the bottom up.
final class Wiring {
  // What clients are told to wait before they connect again, and how long calls in flight have:
  // they overlap.
  private static final Duration RECONNECT_WITHIN = Duration.ofSeconds(1);
  private static final Duration CALLS_IN_FLIGHT = Duration.ofSeconds(2);

  private Wiring() {}

  static String open(ServerConfig config, ProcessLife life, Telemetry telemetry, Drain drain)
      throws IOException {
    var clock = Clock.systemUTC();
    var random = new SecureRandom();
    var names = config.allNames();

    var folder = drain.add("folder", DataFolder.take(config.data()));
    var certificate = PublicCertificate.open(config.tls(), () -> folder, names, clock, random);

    // Its server starts below: until then nothing cold is read or moved.
    var coldChannel = Channels.inProcess("blob", telemetry);
    drain.add("cold channel", coldChannel::shutdownNow);
    var store =
        drain.add(
            "store",
            StoreService.open(
                config.store().in(folder.part("store"), "standalone", names),
                Optional.of(new BlobColdStore(coldChannel)),
                clock,
                random,
                telemetry));
    var presence = drain.add("presence", PresenceService.open(config.presence(), clock, telemetry));

    var storeServer =
        drain.add("store calls", InternalServer.start("store", store.services(), telemetry));
    var storeChannel = storeServer.newChannel();
    drain.add("store channel", storeChannel::shutdownNow);
    var stores = Pods.one("store", storeChannel);
    var blob =
        drain.add(
            "blob",
            BlobService.open(
                config.blob().in(folder.part("blob")), stores, clock, random, telemetry));
    var blobServer =
        drain.add("blob calls", InternalServer.start("blob", blob.services(), telemetry));
    var presenceServer =
        drain.add(
            "presence calls", InternalServer.start("presence", presence.services(), telemetry));

    var blobChannel = blobServer.newChannel();
    drain.add("blob channel", blobChannel::shutdownNow);
    var presenceChannel = presenceServer.newChannel();
    drain.add("presence channel", presenceChannel::shutdownNow);

    var relay =
        drain.add(
            "relay",
            RelayService.open(
                config.relay(),
                new RelayChannels(
                    stores, Pods.one("presence", presenceChannel), blobChannel, Pods.none()),
                clock,
                random,
                telemetry));
    var own =
        store
            .forOperators()
            .and(presence.forOperators())
            .and(blob.forOperators())
            .and(relay.forOperators());
    AdminPort.open(config.admin(), folder, life, own, clock, telemetry, drain);
    var port = port(config, certificate, relay, telemetry);
    drain.add(
        "public port",
        () -> {
          relay.drain(RECONNECT_WITHIN);
          port.drain(CALLS_IN_FLIGHT);
        });

    return certificate.ready(port.address());
  }

  private static PublicServer port(
      ServerConfig config, PublicCertificate certificate, RelayService relay, Telemetry telemetry)
      throws IOException {
    try {
      return PublicServer.start(
          config.listen(), config.edge(), certificate.identity(), relay.services(), telemetry);
    } catch (IOException e) {
      throw CannotServe.listening(config.listen(), e);
    }
  }
}
