package sotto.standalone;

import java.time.Duration;
import sotto.mesh.LogsConfig;
import sotto.mesh.MeshConfig;
import sotto.mesh.TelemetryConfig;

/// What the configurations of processes that are one service have in common.
sealed interface ProcessConfig
    permits RelayProcessConfig, StoreProcessConfig, PresenceProcessConfig, BlobProcessConfig {
  /// Its default and its bounds are those of the standalone server.
  Duration DRAIN = Duration.ofSeconds(10);

  /// The port of the mesh, the same for all: each has an address of its own.
  int MESH_PORT = 7711;

  /// How long it may take to stop.
  Duration drain();

  /// Its part in the mesh.
  MeshConfig mesh();

  /// How it logs.
  LogsConfig log();

  /// Where traces and metrics go.
  TelemetryConfig telemetry();
}
