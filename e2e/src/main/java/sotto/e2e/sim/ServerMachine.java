package sotto.e2e.sim;

import java.util.List;

/// One start of a server's process.
interface ServerMachine {
  Machine machine();

  /// The lists of pods it is told of, stores first, then presence pods.
  List<SimPods> lists();

  /// Leaves in order, as on SIGTERM.
  ///
  /// @param gone runs when it has left; the process is ended then
  void leave(Runnable gone);
}
