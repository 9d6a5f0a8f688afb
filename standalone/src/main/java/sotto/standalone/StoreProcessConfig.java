package sotto.standalone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import sotto.mesh.LogsConfig;
import sotto.mesh.MeshConfig;
import sotto.mesh.PodTarget;
import sotto.mesh.ProbeConfig;
import sotto.mesh.Require;
import sotto.mesh.TelemetryConfig;

/// The configuration of a store that is a process of its own. docs/configuration.md lists the keys.
///
/// @param data the folder of its lock, and of the embedded database where there is no other
/// @param names the names under which clients may sign in, beside those of the machine itself; the
///   same for all stores
/// @param drain how long it may take to stop, 1 s to 10 m
/// @param store accounts and mailboxes
/// @param mesh its part in the mesh
/// @param stores where the stores are; it may be among them
/// @param blobs where media are, and old envelopes move; they stay where there is no such place
/// @param probe where an orchestrator asks whether it lives
/// @param log how it logs
/// @param telemetry where traces and metrics go
record StoreProcessConfig(
    Path data,
    List<String> names,
    Duration drain,
    StoreSettings store,
    MeshConfig mesh,
    PodTarget stores,
    PodTarget blobs,
    ProbeConfig probe,
    LogsConfig log,
    TelemetryConfig telemetry)
    implements ProcessConfig {
  StoreProcessConfig {
    names = ServerNames.checked(names);
    Require.between("drain", drain, Duration.ofSeconds(1), Duration.ofMinutes(10));
  }

  /// The defaults of one machine.
  static StoreProcessConfig defaults(Map<String, String> environment, Path home) {
    return new StoreProcessConfig(
        DataFolder.byDefault(environment, home),
        List.of(),
        DRAIN,
        StoreSettings.DEFAULTS,
        MeshConfig.at(MESH_PORT),
        PodTarget.NONE,
        PodTarget.NONE,
        ProbeConfig.DEFAULTS,
        LogsConfig.DEFAULTS,
        TelemetryConfig.DEFAULTS);
  }
}
