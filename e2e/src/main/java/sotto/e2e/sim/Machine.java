package sotto.e2e.sim;

import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sotto.store.testing.SimulatedCrash;

/// One start of a process: alive, paused (SIGSTOP) or dead for good. What happens on it while it is
/// paused happens when it goes on.
final class Machine {
  private final String name;
  private final Scheduler scheduler;
  private final Map<String, ServerMethodDefinition<?, ?>> methods = new HashMap<>();
  private final Set<Wire<?, ?>> wires = new LinkedHashSet<>();
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private boolean alive = true;
  private boolean paused;
  private Runnable died = () -> {};
  private Runnable afterEach = () -> {};

  /// A process that serves nothing yet.
  Machine(String name, Scheduler scheduler) {
    this.name = name;
    this.scheduler = scheduler;
  }

  String name() {
    return name;
  }

  boolean alive() {
    return alive;
  }

  boolean paused() {
    return paused;
  }

  /// Adds what it serves.
  void serve(Collection<ServerServiceDefinition> services) {
    services.forEach(service ->
        service
            .getMethods()
            .forEach(
                method -> methods.put(method.getMethodDescriptor().getFullMethodName(), method)));
  }

  /// Whether it serves anything.
  boolean isServer() {
    return !methods.isEmpty();
  }

  Optional<ServerMethodDefinition<?, ?>> method(String fullName) {
    return Optional.ofNullable(methods.get(fullName));
  }

  /// What is done at its death beside the end of its calls.
  void onDeath(Runnable task) {
    died = task;
  }

  /// Runs something on it now, if it runs; when it goes on, if it is paused.
  void run(Runnable task) {
    if (!alive) {
      return;
    }
    if (paused) {
      held.add(task);
      return;
    }
    try {
      task.run();
    } catch (SimulatedCrash crash) {
      kill();
    }
    if (alive) {
      afterEach.run();
    }
  }

  /// What is done after each event on it.
  void afterEach(Runnable task) {
    afterEach = task;
  }

  /// Runs something on it later.
  void after(long micros, Runnable task) {
    scheduler.after(micros, () -> run(task));
  }

  /// SIGKILL: it does nothing any more, and whoever is connected to it is told by the network.
  void kill() {
    if (!alive) {
      return;
    }
    alive = false;
    held.clear();
    died.run();
    List.copyOf(wires).forEach(wire -> wire.lost(this));
    wires.clear();
  }

  /// SIGSTOP.
  void pause() {
    paused = true;
  }

  /// SIGCONT.
  void resume() {
    paused = false;
    while (alive && !paused && !held.isEmpty()) {
      run(held.removeFirst());
    }
  }

  void opened(Wire<?, ?> wire) {
    wires.add(wire);
  }

  void closed(Wire<?, ?> wire) {
    wires.remove(wire);
  }

  List<Wire<?, ?>> wires() {
    return List.copyOf(wires);
  }
}
