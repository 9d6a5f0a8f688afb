package sotto.standalone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import sotto.mesh.LogsConfig;
import sotto.mesh.MeshConfig;
import sotto.mesh.PodTarget;
import sotto.mesh.ProbeConfig;
import sotto.mesh.Require;
import sotto.mesh.TelemetryConfig;

/// The configuration of a blob service that is a process of its own. docs/configuration.md lists
/// the keys.
///
/// @param data the folder that holds media
/// @param drain how long it may take to stop, 1 s to 10 m
/// @param blob media
/// @param mesh its part in the mesh
/// @param stores where the stores are, which know what accounts keep; without them this process
///   counts that by itself
/// @param probe where an orchestrator asks whether it lives
/// @param log how it logs
/// @param telemetry where traces and metrics go
record BlobProcessConfig(
    Path data,
    Duration drain,
    BlobSettings blob,
    MeshConfig mesh,
    PodTarget stores,
    ProbeConfig probe,
    LogsConfig log,
    TelemetryConfig telemetry)
    implements ProcessConfig {
  BlobProcessConfig {
    Require.between("drain", drain, Duration.ofSeconds(1), Duration.ofMinutes(10));
  }

  /// The defaults of one machine.
  static BlobProcessConfig defaults(Map<String, String> environment, Path home) {
    return new BlobProcessConfig(
        DataFolder.byDefault(environment, home),
        DRAIN,
        BlobSettings.DEFAULTS,
        MeshConfig.at(MESH_PORT),
        PodTarget.NONE,
        ProbeConfig.DEFAULTS,
        LogsConfig.DEFAULTS,
        TelemetryConfig.DEFAULTS);
  }
}
