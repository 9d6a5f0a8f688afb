package sotto.mesh;

import java.util.Optional;

/// Where an orchestrator asks whether a process lives.
///
/// @param listen an address for gRPC health checks in plain text; absent = none
public record ProbeConfig(Optional<HostPort> listen) {
  /// No such port.
  public static final ProbeConfig DEFAULTS = new ProbeConfig(Optional.empty());
}
