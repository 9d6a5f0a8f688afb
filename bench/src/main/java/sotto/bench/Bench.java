package sotto.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.IntSupplier;
import sotto.bench.measure.Fsyncs;
import sotto.bench.measure.ProcessMeter;
import sotto.bench.measure.Spent;
import sotto.bench.measure.Wires;
import sotto.bench.report.Report;

/// What a scenario works with: the target, meters at its processes and at this one, the report.
final class Bench implements AutoCloseable {
  private static final int PING_MILLIS = 50;
  private static final int PING_TURNS = 20_000 / PING_MILLIS;

  private final Target target;
  private final Path folder;
  private final Report report;
  private final List<ProcessMeter> meters = new ArrayList<>();
  private final Wires wires;
  private final Fsyncs disk;
  private final ScheduledExecutorService pings = Executors.newScheduledThreadPool(1);

  /// What was spent until a moment, or between two.
  ///
  /// @param spent by each process, this one last
  /// @param traffic on each hop
  /// @param flushes of the disk, everybody's; not a number = not known
  record Look(List<Spent> spent, List<Wires.Traffic> traffic, double flushes) {}

  /// Puts meters at the target's processes.
  ///
  /// @param folder on the disk that is measured
  Bench(Target target, Path folder, Report report) throws IOException {
    this.target = target;
    this.folder = folder;
    this.report = report;
    meters.addAll(target.meters());
    meters.add(ProcessMeter.self("the clients"));
    wires = new Wires(target.hops());
    disk = Fsyncs.ofDisk(folder);
  }

  Target target() {
    return target;
  }

  Path folder() {
    return folder;
  }

  Report report() {
    return report;
  }

  /// Pings each of some every 20 s from now on. They take turns, as clients do that came at
  /// different times: ten thousand at once would be a second's work that others wait for.
  ///
  /// @param many how many there are now; none goes away
  /// @param ping pings one by its index
  void ping(IntSupplier many, IntConsumer ping) {
    AtomicInteger turn = new AtomicInteger();
    var _ =
        pings.scheduleAtFixedRate(
            () -> {
              int all = many.getAsInt();
              for (int i = turn.getAndIncrement() % PING_TURNS; i < all; i += PING_TURNS) {
                ping.accept(i);
              }
            },
            PING_MILLIS,
            PING_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  /// What was spent until now.
  Look look() throws IOException {
    List<Spent> spent = new ArrayList<>();
    for (ProcessMeter meter : meters) {
      spent.add(meter.look());
    }
    return new Look(spent, wires.look(), disk.count());
  }

  /// What was spent since a look.
  Look since(Look before) throws IOException {
    Look now = look();
    List<Spent> spent = new ArrayList<>();
    for (int i = 0; i < now.spent().size(); i++) {
      spent.add(now.spent().get(i).since(before.spent().get(i)));
    }
    List<Wires.Traffic> traffic = new ArrayList<>();
    for (int i = 0; i < now.traffic().size(); i++) {
      traffic.add(now.traffic().get(i).since(before.traffic().get(i)));
    }
    return new Look(spent, traffic, now.flushes() - before.flushes());
  }

  /// Says what is going on, to whoever waits.
  static void say(String what) {
    System.err.println(what);
  }

  @Override
  public void close() throws IOException {
    pings.shutdownNow();
    for (ProcessMeter meter : meters) {
      meter.close();
    }
  }
}
