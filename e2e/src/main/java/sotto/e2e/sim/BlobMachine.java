package sotto.e2e.sim;

import java.util.List;

/// The blob service's process: takes clients' uploads itself, and while it runs and can be reached
/// the stores' segments are there ([SimCold]).
final class BlobMachine implements ServerMachine {
  /// There is one.
  static final String NAME = "blob-0";

  private final Machine machine;

  BlobMachine(World world) {
    this.machine = new Machine(NAME, world.scheduler());
    machine.serve(World.guarded(List.of(new SimBlobs(world.blobs()))));
  }

  @Override
  public Machine machine() {
    return machine;
  }
}
