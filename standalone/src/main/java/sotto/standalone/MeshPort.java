package sotto.standalone;

import io.grpc.BindableService;
import java.io.IOException;
import java.util.List;
import sotto.mesh.MeshConfig;
import sotto.mesh.MeshNetwork;
import sotto.mesh.NetworkServer;

/// The internal port of a process.
final class MeshPort {
  private MeshPort() {}

  /// Opens it.
  ///
  /// @throws CannotServe if it cannot be had
  static NetworkServer open(
      MeshNetwork mesh, MeshConfig config, List<? extends BindableService> services)
      throws IOException {
    try {
      return mesh.serve(services);
    } catch (IOException e) {
      throw CannotServe.listening(config.listen(), e);
    }
  }
}
