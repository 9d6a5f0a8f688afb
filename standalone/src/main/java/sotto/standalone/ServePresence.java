package sotto.standalone;

import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import sotto.mesh.Drain;
import sotto.mesh.MeshNetwork;
import sotto.mesh.ProcessLife;
import sotto.mesh.Role;
import sotto.mesh.Telemetry;
import sotto.presence.PresenceService;

/// `sotto serve-presence`: a presence pod as a process of its own.
@Command(
    name = "serve-presence",
    description = {
      "Runs a presence pod: which device is at which relay, for the relays of a mesh. It keeps everything in memory.",
      "",
      ProcessOptions.READY,
      "It is: ready HOST:PORT."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    footer = {"", ProcessOptions.KEYS, "", ProcessOptions.EXITS})
final class ServePresence implements Callable<Integer> {
  @Mixin ProcessOptions options = new ProcessOptions();

  @Override
  public Integer call() {
    return options.run(
        "sotto-presence",
        PresenceProcessConfig.class,
        PresenceProcessConfig.DEFAULTS,
        Map::of,
        ServePresence::open);
  }

  /// Top to bottom what is opened; closed from the bottom up.
  static String open(
      PresenceProcessConfig config, ProcessLife life, Telemetry telemetry, Drain drain)
      throws IOException {
    var clock = Clock.systemUTC();
    var mesh = drain.add("mesh", MeshNetwork.open(config.mesh(), Role.PRESENCE, clock, telemetry));
    var presence = drain.add("presence", PresenceService.open(config.presence(), clock, telemetry));
    var server =
        drain.add(
            "presence calls",
            MeshPort.open(mesh, config.mesh(), life, presence.services(), presence.forOperators()));
    return "ready " + server.address();
  }
}
