package sotto.e2e.sim;

import java.util.Random;
import sotto.presence.PresenceConfig;
import sotto.presence.SteppedPresence;

/// A presence pod's process.
final class PresenceMachine implements ServerMachine {
  private final Machine machine;
  private final SteppedPresence presence;

  PresenceMachine(World world, String name) {
    this.machine = new Machine(name, world.scheduler());
    this.presence =
        SteppedPresence.open(
            PresenceConfig.DEFAULT,
            world.clock(),
            new Random(world.random().nextLong()),
            task -> machine.after(10, task));
    machine.serve(World.guarded(presence.services()));
    tick(world.scheduler(), PresenceConfig.DEFAULT.tick().toMillis() * Scheduler.MILLI);
  }

  private void tick(Scheduler scheduler, long every) {
    machine.run(presence::tick);
    if (machine.alive()) {
      scheduler.after(every, () -> tick(scheduler, every));
    }
  }

  @Override
  public Machine machine() {
    return machine;
  }
}
