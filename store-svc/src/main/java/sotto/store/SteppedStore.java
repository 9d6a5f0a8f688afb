package sotto.store;

import io.grpc.BindableService;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import sotto.mesh.MonotonicClock;
import sotto.mesh.Pods;
import sotto.mesh.Telemetry;
import sotto.store.cold.ColdMetrics;
import sotto.store.cold.ColdStore;
import sotto.store.peer.PodPeers;
import sotto.store.sql.StorageException;
import sotto.store.testing.CommitFault;
import sotto.store.testing.MemoryDatabase;
import sotto.store.testing.MemoryDialect;
import sotto.store.testing.SeededRandom;
import sotto.store.write.Peers;
import sotto.store.write.Steps;
import sotto.store.write.WriteMetrics;

/// A store pod for simulations: the same parts as [StoreService], without a thread. What queues is
/// done by [#step], or by a call that waits for it. The same seed does the same. For one thread.
///
/// A commit that kills the pod throws [sotto.store.testing.SimulatedCrash]; whatever catches that,
/// [#isDead] says so, and the driver drops the pod.
public final class SteppedStore implements AutoCloseable {
  private final Steps steps;
  private final MemoryDialect dialect;
  private final Opened opened;
  private final Wired wired;

  private SteppedStore(Steps steps, MemoryDialect dialect, Opened opened, Wired wired) {
    this.steps = steps;
    this.dialect = dialect;
    this.opened = opened;
    this.wired = wired;
  }

  /// Opens a pod.
  ///
  /// @param config its limits and its name; the folder and the address mean nothing
  /// @param faults is asked before each of its commits that changes something
  /// @param pods all pods, this one among them under its name
  /// @param cold where old envelopes move, when [#cool] is called; empty = nowhere
  /// @param clock says when something happens
  /// @param time measures how long something takes
  /// @param random where its secrets and its name come from
  public static SteppedStore open(
      StoreConfig config,
      MemoryDatabase database,
      Supplier<CommitFault> faults,
      Pods pods,
      Optional<ColdStore> cold,
      Clock clock,
      MonotonicClock time,
      RandomGenerator random) {
    return open(
        config, database, faults, new PodPeers(pods, time), pods, cold, clock, time, random);
  }

  /// With its own knowledge of the others.
  static SteppedStore open(
      StoreConfig config,
      MemoryDatabase database,
      Supplier<CommitFault> faults,
      Peers peers,
      Pods pods,
      Optional<ColdStore> cold,
      Clock clock,
      MonotonicClock time,
      RandomGenerator random) {
    Steps steps = new Steps();
    MemoryDialect dialect = database.dialect(faults);
    Opened opened = new Opened(() -> {});
    try {
      Wired wired =
          Wired.in(
              new Surroundings(
                  config,
                  dialect,
                  peers,
                  pods,
                  steps,
                  clock,
                  time,
                  new SeededRandom(random),
                  WriteMetrics.NONE,
                  cold,
                  ColdMetrics.NONE,
                  Telemetry.none().tracer("store")),
              opened);
      return new SteppedStore(steps, dialect, opened, wired);
    } catch (SQLException e) {
      dialect.die();
      throw new StorageException("cannot open the database", e);
    } catch (RuntimeException | Error e) {
      dialect.die();
      throw e;
    }
  }

  /// What it serves.
  public List<BindableService> services() {
    return wired.services();
  }

  /// What is to be done again and again, at the driver's pace.
  public List<Chore> chores() {
    return wired.chores();
  }

  /// Takes one step of moving the old envelopes of a bucket; several make a move, and everything
  /// else may happen between two.
  ///
  /// @return false when there is nothing more to move now
  public boolean cool(int bucket) {
    return wired.cold().map(cold -> cold.mover().step(bucket)).orElse(false);
  }

  /// Deletes blobs of a bucket that nothing points to.
  ///
  /// @return how many
  public int deleteLoose(int bucket) {
    return wired.cold().map(cold -> cold.loose().sweep(bucket)).orElse(0);
  }

  /// The same with another idea of how long a move may take.
  ///
  /// @param patience how long a move may take before its blob counts as left behind
  /// @return how many
  public int deleteLoose(int bucket, Duration patience) {
    return wired.cold().map(cold -> cold.loose().sweep(bucket, patience)).orElse(0);
  }

  /// Takes away what is left of accounts of a bucket that have ended.
  ///
  /// @return how many accounts were finished
  public int finishEndings(int bucket) {
    return wired.ending().finishLeft(bucket);
  }

  /// Does what has queued, as much as one turn of each writer takes.
  ///
  /// @return whether anything had
  public boolean step() {
    return steps.step();
  }

  /// Whether a commit has killed it.
  public boolean isDead() {
    return dialect.isDead();
  }

  /// Ends it as if its process had died: nothing is given back, what had queued is gone.
  public void crash() {
    dialect.die();
  }

  /// As [StoreService#leave]; does what has queued.
  public void leave() {
    wired.writers().leave();
  }

  /// Does what has queued and gives its buckets back.
  @Override
  public void close() {
    opened.close();
    dialect.die();
  }
}
