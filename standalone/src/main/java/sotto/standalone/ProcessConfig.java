package sotto.standalone;

import java.time.Duration;
import sotto.mesh.LogsConfig;
import sotto.mesh.ProbeConfig;
import sotto.mesh.TelemetryConfig;

/// What the configurations of all processes have in common.
sealed interface ProcessConfig
    permits ServerConfig,
        RelayProcessConfig,
        StoreProcessConfig,
        PresenceProcessConfig,
        BlobProcessConfig {
  /// Its default and its bounds are those of the standalone server.
  Duration DRAIN = Duration.ofSeconds(10);

  /// The port of the mesh, the same for all: each has an address of its own.
  int MESH_PORT = 7711;

  /// How long it may take to stop.
  Duration drain();

  /// Where an orchestrator asks whether it lives.
  ProbeConfig probe();

  /// How it logs.
  LogsConfig log();

  /// Where traces and metrics go.
  TelemetryConfig telemetry();
}
