package sotto.standalone;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import sotto.mesh.Drain;
import sotto.mesh.ForOperators;
import sotto.mesh.MeshNetwork;
import sotto.mesh.ProcessLife;
import sotto.mesh.Role;
import sotto.mesh.Telemetry;

/// The port of the operators of a server that is one process: what its services have for operators,
/// over the same mutual TLS as in a mesh, with an authority of its own.
final class AdminPort {
  private AdminPort() {}

  /// Opens it, if there is to be one.
  ///
  /// @param data the server's folder
  /// @param own what its services have for operators
  /// @throws CannotServe if the port cannot be had
  static void open(
      AdminPortConfig config,
      DataFolder data,
      ProcessLife life,
      ForOperators own,
      Clock clock,
      Telemetry telemetry,
      Drain drain)
      throws IOException {
    var folder = new AdminFolder(data.part("admin"));
    folder.closed();
    if (config.listen().isEmpty()) {
      return;
    }
    var mine = folder.make(config.listen().get(), clock, new SecureRandom());
    var mesh = drain.add("admin", MeshNetwork.open(mine, Role.STANDALONE, clock, telemetry));
    var server = drain.add("admin calls", MeshPort.open(mesh, mine, life, List.of(), own));
    folder.open(server.address());
    drain.add("admin address", folder::closed);
  }
}
