package sotto.e2e.sim;

import java.util.List;

/// One start of a server's process.
interface ServerMachine {
  Machine machine();

  /// The lists of pods it is told of, stores first, then presence pods; most are told of none.
  default List<SimPods> lists() {
    return List.of();
  }

  /// Leaves in order, as on SIGTERM; most just go.
  ///
  /// @param gone runs when it has left; the process is ended then
  default void leave(Runnable gone) {
    gone.run();
  }
}
