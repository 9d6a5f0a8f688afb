package sotto.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.mesh.Drain;
import sotto.mesh.MeshNetwork;
import sotto.mesh.ProcessLife;
import sotto.mesh.PublicServer;
import sotto.mesh.Role;
import sotto.mesh.Telemetry;
import sotto.relay.RelayChannels;
import sotto.relay.RelayService;

/// `sotto serve-relay`: a relay as a process of its own.
@Command(
    name = "serve-relay",
    description = {
      "Runs a relay: the port that clients reach, in front of the stores, presence and media of a mesh.",
      "",
      "Relays that stand behind one name show certificates of one authority: give each --tls-certificate, --tls-key and --tls-ca (sotto public-ca"
          + " makes them). Without, a relay makes its own authority in --data. "
          + ProcessOptions.READY,
      "It is: ready HOST:PORT ca=PATH."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", ProcessOptions.KEYS, "", ProcessOptions.EXITS})
final class ServeRelay implements Callable<Integer> {
  // What clients are told to wait before they connect again, and how long calls in flight have:
  // they overlap.
  private static final Duration RECONNECT_WITHIN = Duration.ofSeconds(1);
  private static final Duration CALLS_IN_FLIGHT = Duration.ofSeconds(2);

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where clients connect; port 0 takes a free one. Default: 127.0.0.1:7700.")
  @Nullable String listen;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "The certificate that clients are shown, PEM.")
  @Nullable String certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its key, PKCS 8.")
  @Nullable String key;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE",
      description = "The authority's certificate, for the ready line.")
  @Nullable String ca;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The folder of its own authority, where no certificate is given. Default: $${XDG_DATA_HOME:-~/.local/share}/sotto.")
  @Nullable String data;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "A DNS name or address for a certificate of its own, beside localhost and the host of --listen. May be repeated.")
  List<String> names = List.of();

  @Option(
      names = "--stores",
      paramLabel = "TARGET",
      description =
          "Where the stores are: dns:///HOST:PORT, each of whose addresses is one, or static:///HOST:PORT,HOST:PORT.")
  @Nullable String stores;

  @Option(names = "--presence", paramLabel = "TARGET", description = "Where presence is.")
  @Nullable String presence;

  @Option(
      names = "--relays",
      paramLabel = "TARGET",
      description = "Where the relays are; this one may be among them.")
  @Nullable String relays;

  @Option(names = "--blobs", paramLabel = "TARGET", description = "Where media are.")
  @Nullable String blobs;

  @Mixin ProcessOptions options = new ProcessOptions();

  @Override
  public Integer call() {
    var home = Path.of(System.getProperty("user.home"));
    return options.run(
        "sotto-relay",
        RelayProcessConfig.class,
        RelayProcessConfig.defaults(System.getenv(), home),
        this::flags,
        ServeRelay::open);
  }

  private Map<String, String> flags() {
    var flags = new LinkedHashMap<String, String>();
    put(flags, "listen", listen);
    put(flags, "tls.certificate", certificate);
    put(flags, "tls.key", key);
    put(flags, "tls.ca", ca);
    put(flags, "data", data);
    put(flags, "names", names.isEmpty() ? null : ProcessOptions.joined(names));
    put(flags, "stores", stores);
    put(flags, "presence", presence);
    put(flags, "relays", relays);
    put(flags, "blobs", blobs);
    return flags;
  }

  private static void put(Map<String, String> flags, String key, @Nullable String value) {
    if (value != null) {
      flags.put(key, value);
    }
  }

  /// Top to bottom what is opened; closed from the bottom up. Others reach the relay until its
  /// clients have been told to leave and its streams have ended.
  static String open(RelayProcessConfig config, ProcessLife life, Telemetry telemetry, Drain drain)
      throws IOException {
    var clock = Clock.systemUTC();
    var random = new SecureRandom();
    var certificate =
        PublicCertificate.open(
            config.tls(),
            () -> drain.add("folder", DataFolder.take(config.data())),
            ServerNames.all(config.listen().host(), config.names()),
            clock,
            random);
    var mesh = drain.add("mesh", MeshNetwork.open(config.mesh(), Role.RELAY, clock, telemetry));

    var relay =
        RelayService.open(
            config.relay().named(config.mesh().name()),
            new RelayChannels(
                mesh.pods(Role.STORE, config.stores()),
                mesh.pods(Role.PRESENCE, config.presence()),
                MeshNetwork.oneForAccount(mesh.pods(Role.BLOB, config.blobs())),
                mesh.pods(Role.RELAY, config.relays())),
            clock,
            random,
            telemetry);
    drain.add(
        "relay calls",
        MeshPort.open(mesh, config.mesh(), life, relay.internalServices(), relay.forOperators()));
    drain.add("relay", relay);
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
      RelayProcessConfig config,
      PublicCertificate certificate,
      RelayService relay,
      Telemetry telemetry)
      throws IOException {
    try {
      return PublicServer.start(
          config.listen(), config.edge(), certificate.identity(), relay.services(), telemetry);
    } catch (IOException e) {
      throw CannotServe.listening(config.listen(), e);
    }
  }
}
