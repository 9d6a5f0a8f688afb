package sotto.standalone;

import io.grpc.BindableService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import sotto.mesh.ForOperators;
import sotto.mesh.MeshConfig;
import sotto.mesh.MeshNetwork;
import sotto.mesh.NetworkServer;
import sotto.mesh.ProcessAdmin;
import sotto.mesh.ProcessLife;

/// The internal port of a process.
final class MeshPort {
  private MeshPort() {}

  /// Opens it.
  ///
  /// @param services what other processes may call
  /// @param own what its services have for operators
  /// @throws CannotServe if it cannot be had
  static NetworkServer open(
      MeshNetwork mesh,
      MeshConfig config,
      ProcessLife life,
      List<? extends BindableService> services,
      ForOperators own)
      throws IOException {
    var all = new ArrayList<BindableService>(services);
    all.addAll(own.services());
    var ways = new ForOperators(List.of(), Map.of(), mesh::troubles);
    all.add(new ProcessAdmin(life, mesh.name(), own.and(ways)));
    try {
      return mesh.serve(all);
    } catch (IOException e) {
      throw CannotServe.listening(config.listen(), e);
    }
  }
}
