package sotto.standalone;

import io.grpc.BindableService;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
  /// @param admin what operators may, beside what they may of every process
  /// @throws CannotServe if it cannot be had
  static NetworkServer open(
      MeshNetwork mesh,
      MeshConfig config,
      ProcessLife life,
      List<? extends BindableService> services,
      List<? extends BindableService> admin)
      throws IOException {
    var all = new ArrayList<BindableService>(services);
    all.addAll(admin);
    all.add(new ProcessAdmin(life, mesh.name(), mesh::troubles));
    try {
      return mesh.serve(all);
    } catch (IOException e) {
      throw CannotServe.listening(config.listen(), e);
    }
  }
}
