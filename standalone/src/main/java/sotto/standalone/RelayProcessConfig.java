package sotto.standalone;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import sotto.mesh.HostPort;
import sotto.mesh.LogsConfig;
import sotto.mesh.MeshConfig;
import sotto.mesh.PodTarget;
import sotto.mesh.ProbeConfig;
import sotto.mesh.PublicServerConfig;
import sotto.mesh.Require;
import sotto.mesh.TelemetryConfig;
import sotto.relay.RelayConfig;

/// The configuration of a relay that is a process of its own. docs/configuration.md lists the keys.
///
/// @param data the folder of its certificate authority, where `tls` names no files
/// @param listen where clients connect; port 0 takes a free one
/// @param names further names under which clients reach it, for a certificate of its own
/// @param tls the certificate that it shows to clients
/// @param drain how long it may take to stop, 1 s to 10 m
/// @param edge what a stranger can make the public port hold
/// @param relay streams, delivery, rate limits
/// @param mesh its part in the mesh
/// @param stores where the stores are
/// @param presence where presence is
/// @param relays where the relays are; it may be among them
/// @param blobs where media are
/// @param probe where an orchestrator asks whether it lives
/// @param log how it logs
/// @param telemetry where traces and metrics go
record RelayProcessConfig(
    Path data,
    HostPort listen,
    List<String> names,
    TlsFiles tls,
    Duration drain,
    PublicServerConfig edge,
    RelayConfig relay,
    MeshConfig mesh,
    PodTarget stores,
    PodTarget presence,
    PodTarget relays,
    PodTarget blobs,
    ProbeConfig probe,
    LogsConfig log,
    TelemetryConfig telemetry)
    implements ProcessConfig {
  RelayProcessConfig {
    names = ServerNames.checked(names);
    Require.between("drain", drain, Duration.ofSeconds(1), Duration.ofMinutes(10));
    Require.that(
        relay.name().equals(RelayConfig.DEFAULTS.name()),
        "relay.name",
        relay.name(),
        "absent: a relay of a mesh is called as it is reached, mesh.advertise");
  }

  /// The defaults of one machine.
  static RelayProcessConfig defaults(Map<String, String> environment, Path home) {
    return new RelayProcessConfig(
        DataFolder.byDefault(environment, home),
        new HostPort("127.0.0.1", 7700),
        List.of(),
        TlsFiles.NONE,
        DRAIN,
        PublicServerConfig.DEFAULTS,
        RelayConfig.DEFAULTS,
        MeshConfig.at(MESH_PORT),
        PodTarget.NONE,
        PodTarget.NONE,
        PodTarget.NONE,
        PodTarget.NONE,
        ProbeConfig.DEFAULTS,
        LogsConfig.DEFAULTS,
        TelemetryConfig.DEFAULTS);
  }
}
