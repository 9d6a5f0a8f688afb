package sotto.e2e.sim;

import java.util.List;
import java.util.Random;
import sotto.mesh.Pods;
import sotto.mesh.Telemetry;
import sotto.relay.RelayChannels;
import sotto.relay.RelayConfig;
import sotto.relay.RelayService;
import sotto.relay.time.Wheel;

/// A relay's process.
final class RelayMachine implements ServerMachine {
  private static final long TICK_MILLIS = 20;

  private final Machine machine;
  private final SimPods stores;
  private final SimPods presence;
  private final SimPods relays;
  private final RelayService relay;
  private final Wheel wheel;
  private final Scheduler scheduler;

  RelayMachine(World world, String name) {
    this.scheduler = world.scheduler();
    this.machine = new Machine(name, scheduler);
    this.stores = new SimPods(world.net(), machine, world.stores());
    this.presence = new SimPods(world.net(), machine, world.presence());
    this.relays = new SimPods(world.net(), machine, world.relays());
    this.wheel = new Wheel(TICK_MILLIS, scheduler.millis());
    this.relay =
        RelayService.open(
            RelayConfig.DEFAULTS.named(name),
            new RelayChannels(stores, presence, Pods.none().channel("blob"), relays),
            world.clock(),
            new Random(world.random().nextLong()),
            Telemetry.none(),
            wheel);
    machine.serve(World.guarded(relay.services()));
    machine.serve(World.guarded(relay.internalServices()));
    tick();
  }

  private void tick() {
    machine.run(() -> wheel.advanceTo(scheduler.millis()));
    if (machine.alive()) {
      scheduler.after(TICK_MILLIS * Scheduler.MILLI, this::tick);
    }
  }

  @Override
  public Machine machine() {
    return machine;
  }

  @Override
  public List<SimPods> lists() {
    return List.of(stores, presence);
  }

  @Override
  public void leave(Runnable gone) {
    relay.drain(java.time.Duration.ofSeconds(1));
    machine.after(
        2 * Scheduler.SECOND,
        () -> {
          relay.close();
          gone.run();
        });
  }
}
