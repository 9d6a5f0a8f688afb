package sotto.mesh;

import java.util.Optional;

/// Where an orchestrator asks whether a process lives.
///
/// @param listen where `grpc.health.v1` is answered in plain text for the probes of an
///   orchestrator: the service `live` while the process is there, `ready` while it serves; absent =
///   nowhere
public record ProbeConfig(Optional<HostPort> listen) {
  /// No such port.
  public static final ProbeConfig DEFAULTS = new ProbeConfig(Optional.empty());
}
