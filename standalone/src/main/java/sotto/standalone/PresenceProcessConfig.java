package sotto.standalone;

import java.time.Duration;
import sotto.mesh.LogsConfig;
import sotto.mesh.MeshConfig;
import sotto.mesh.ProbeConfig;
import sotto.mesh.Require;
import sotto.mesh.TelemetryConfig;
import sotto.presence.PresenceConfig;

/// The configuration of a presence pod that is a process of its own. docs/configuration.md lists
/// the keys.
///
/// @param drain how long it may take to stop, 1 s to 10 m
/// @param presence who is online
/// @param mesh its part in the mesh
/// @param probe where an orchestrator asks whether it lives
/// @param log how it logs
/// @param telemetry where traces and metrics go
record PresenceProcessConfig(
    Duration drain,
    PresenceConfig presence,
    MeshConfig mesh,
    ProbeConfig probe,
    LogsConfig log,
    TelemetryConfig telemetry)
    implements ProcessConfig {
  static final PresenceProcessConfig DEFAULTS =
      new PresenceProcessConfig(
          DRAIN,
          PresenceConfig.DEFAULT,
          MeshConfig.at(MESH_PORT),
          ProbeConfig.DEFAULTS,
          LogsConfig.DEFAULTS,
          TelemetryConfig.DEFAULTS);

  PresenceProcessConfig {
    Require.between("drain", drain, Duration.ofSeconds(1), Duration.ofMinutes(10));
  }
}
