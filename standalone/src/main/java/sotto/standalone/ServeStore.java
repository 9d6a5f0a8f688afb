package sotto.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.mesh.Drain;
import sotto.mesh.MeshNetwork;
import sotto.mesh.PodTarget;
import sotto.mesh.ProcessLife;
import sotto.mesh.Role;
import sotto.mesh.Telemetry;
import sotto.store.StoreService;
import sotto.store.cold.BlobColdStore;
import sotto.store.cold.ColdStore;

/// `sotto serve-store`: a store as a process of its own.
@Command(
    name = "serve-store",
    description = {
      "Runs a store: accounts, keys and mailboxes, for the relays of a mesh.",
      "",
      "Several may work on one MySQL or Vitess; an embedded database has one. "
          + ProcessOptions.READY,
      "It is: ready HOST:PORT."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", ProcessOptions.KEYS, "", ProcessOptions.EXITS})
final class ServeStore implements Callable<Integer> {
  // Calls in flight have so long.
  private static final Duration CALLS_IN_FLIGHT = Duration.ofSeconds(2);

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "The folder of its lock, and of the embedded database; made if it is not there. Default: $${XDG_DATA_HOME:-~/.local/share}/sotto.")
  @Nullable String data;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description =
          "A DNS name or address under which clients reach the relays and may sign in, beside localhost. May be repeated.")
  List<String> names = List.of();

  @Option(
      names = "--stores",
      paramLabel = "TARGET",
      description =
          "Where the stores are, this one among them: dns:///HOST:PORT, each of whose addresses is one, or static:///HOST:PORT,HOST:PORT.")
  @Nullable String stores;

  @Option(
      names = "--blobs",
      paramLabel = "TARGET",
      description =
          "Where media are: old envelopes move there. Without it they stay in the database.")
  @Nullable String blobs;

  @Mixin StoreOptions store = new StoreOptions();

  @Option(
      names = "--registration",
      paramLabel = "POLICY",
      description =
          "Who may make an account: open (everybody, the default), invite (who has an invite of 'sotto admin invites create') or closed.")
  @Nullable String registration;

  @Mixin ProcessOptions options = new ProcessOptions();

  @Override
  public Integer call() {
    var home = Path.of(System.getProperty("user.home"));
    return options.run(
        "sotto-store",
        StoreProcessConfig.class,
        StoreProcessConfig.defaults(System.getenv(), home),
        this::flags,
        ServeStore::open);
  }

  private Map<String, String> flags() {
    var flags = new LinkedHashMap<String, String>();
    store.addTo(flags);
    if (registration != null) {
      flags.put("store.registration", registration);
    }
    if (data != null) {
      flags.put("data", data);
    }
    if (stores != null) {
      flags.put("stores", stores);
    }
    if (blobs != null) {
      flags.put("blobs", blobs);
    }
    if (!names.isEmpty()) {
      flags.put("names", ProcessOptions.joined(names));
    }
    return flags;
  }

  private static Optional<ColdStore> cold(MeshNetwork mesh, PodTarget blobs) {
    return blobs.equals(PodTarget.NONE)
        ? Optional.empty()
        : Optional.of(new BlobColdStore(MeshNetwork.anyOf(mesh.pods(Role.BLOB, blobs))));
  }

  /// Top to bottom what is opened; closed from the bottom up.
  static String open(StoreProcessConfig config, ProcessLife life, Telemetry telemetry, Drain drain)
      throws IOException {
    var clock = Clock.systemUTC();
    var random = new SecureRandom();
    var mesh = drain.add("mesh", MeshNetwork.open(config.mesh(), Role.STORE, clock, telemetry));
    var folder = drain.add("folder", DataFolder.take(config.data()));
    var store =
        drain.add(
            "store",
            StoreService.open(
                config
                    .store()
                    .in(
                        folder.part("store"),
                        config.mesh().name(),
                        ServerNames.all(config.names())),
                mesh.pods(Role.STORE, config.stores()),
                cold(mesh, config.blobs()),
                clock,
                random,
                telemetry));
    var server = MeshPort.open(mesh, config.mesh(), life, store.services(), store.forOperators());
    drain.add(
        "store calls",
        () -> {
          store.leave();
          server.drain(CALLS_IN_FLIGHT);
        });
    return "ready " + server.address();
  }
}
