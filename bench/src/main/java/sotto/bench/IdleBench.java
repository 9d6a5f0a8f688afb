package sotto.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.report.Plot;
import sotto.bench.report.Plot.Point;
import sotto.bench.report.Plot.Scale;
import sotto.bench.report.Report;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;

/// What a relay's process takes in memory for streams on which nothing happens: each on a TLS
/// connection of its own, welcomed, with a ping every 30 s.
final class IdleBench {
  private static final String JAVA = "-Xmx2g";
  private static final int OPENING = 64;
  private static final long SETTLE_MILLIS = 5_000;
  // Longer than any timer of a stream: its silence is 75 s.
  private static final long FORGOTTEN_MILLIS = 90_000;
  private static final int PING_SECONDS = 30;
  private static final double MIB = 1 << 20;
  private static final double KIB = 1 << 10;

  private final MeshUnderTest mesh;
  private final List<DeviceStream> open = Collections.synchronizedList(new ArrayList<>());
  private int pinged;
  private long emptyHeap;
  private long emptyResident;

  private final Table memory =
      new Table(
          "What idle streams take at a relay",
          "Live heap is what a full collection leaves, RSS the whole process. *Of a stream* is what came"
              + " on top of a process without streams.",
          new Column("trial", 0),
          new Column("streams", 0),
          new Column("opened a second", 0),
          new Column("live heap MiB", 1),
          new Column("heap KiB of a stream", 1),
          new Column("RSS MiB", 0),
          new Column("RSS KiB of a stream", 1),
          new Column("", 0));
  private final Plot plot =
      new Plot("Memory of a relay", new Scale("idle streams", false), new Scale("MiB", false));
  private final List<Point> heaps = new ArrayList<>();
  private final List<Point> residents = new ArrayList<>();

  private IdleBench(MeshUnderTest mesh) {
    this.mesh = mesh;
  }

  /// `idle`.
  @Command(
      name = "idle",
      mixinStandardHelpOptions = true,
      description =
          "Heap and memory that a relay's process takes for streams on which nothing happens, each on a TLS connection of its own.")
  static final class Asked implements Callable<Integer> {
    @Option(
        names = "--profile",
        paramLabel = "NAME",
        defaultValue = "MYSQL",
        description = "The mesh's database: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private StackUnderTest.Profile profile = StackUnderTest.Profile.MYSQL;

    @Option(
        names = "--streams",
        paramLabel = "N",
        split = ",",
        defaultValue = "1000,5000,10000",
        description = "How many, one after the other (default: ${DEFAULT-VALUE}).")
    private List<Integer> counts = new ArrayList<>();

    @Mixin private final ReportOptions reporting = new ReportOptions();

    @Override
    public Integer call() throws Exception {
      reporting.within("--streams", counts, 1, 1_000_000);
      reporting.connecting(counts.stream().mapToInt(Integer::intValue).max().orElse(0));
      return reporting.measure(this::measure);
    }

    private void measure(Report report) throws Exception {
      int most = counts.stream().mapToInt(Integer::intValue).max().orElse(0);
      try (MeshUnderTest mesh = MeshUnderTest.up(profile);
          ScheduledExecutorService pings = Executors.newScheduledThreadPool(1)) {
        report.conditions().put("measured", mesh.described() + ", the first as " + JAVA);
        restart(mesh, 1);
        long began = System.nanoTime();
        List<Person> people = mesh.register(most);
        System.err.printf("%,d accounts in %d s%n", most, seconds(began));
        IdleBench bench = new IdleBench(mesh);
        var _ = pings.scheduleAtFixedRate(bench::ping, 100, 100, TimeUnit.MILLISECONDS);
        for (int trial = 1; trial <= reporting.trials(); trial++) {
          bench.trial(trial, people, counts);
        }
        pings.shutdownNow();
        report.add(bench.memory);
        report.add("memory", bench.plot);
      }
    }
  }

  private static void restart(MeshUnderTest mesh, int relay)
      throws IOException, InterruptedException {
    mesh.kill(relay);
    mesh.start(relay, JAVA);
  }

  private void trial(int trial, List<Person> people, List<Integer> counts)
      throws IOException, InterruptedException {
    restart(mesh, 0);
    long pid = mesh.pid(0);
    int needed = people.size() + 500;
    if (Math.min(MeshUnderTest.files(pid), MeshUnderTest.files(ProcessHandle.current().pid()))
        < needed) {
      throw new IllegalStateException("needs " + needed + " open files: ulimit -n");
    }
    // What is loaded and made with the first streams is not theirs.
    open(people.subList(0, Math.min(50, people.size())));
    closeAll();
    measure(trial, pid, Double.NaN, "");
    for (int count : counts) {
      long began = System.nanoTime();
      int more = count - open.size();
      open(people.subList(open.size(), count));
      double rate = more / ((System.nanoTime() - began) / 1e9);
      measure(trial, pid, rate, "");
    }
    plot.line("heap, trial " + trial, heaps);
    plot.line("RSS, trial " + trial, residents);
    heaps.clear();
    residents.clear();
    closeAll();
    measure(trial, pid, Double.NaN, "closed");
    Thread.sleep(FORGOTTEN_MILLIS);
    measure(trial, pid, Double.NaN, "closed 95 s ago");
  }

  private void open(List<Person> people) throws InterruptedException {
    Semaphore room = new Semaphore(OPENING);
    AtomicInteger failed = new AtomicInteger();
    for (Person person : people) {
      room.acquire();
      var _ =
          DeviceStream.opened(() -> mesh.channel(0), person, _ -> {})
              .whenComplete((stream, failure) -> {
                if (failure == null) {
                  open.add(stream);
                } else if (failed.incrementAndGet() == 1) {
                  System.err.println("a stream did not open: " + failure);
                }
                room.release();
              });
    }
    room.acquire(OPENING);
    if (failed.get() > 0) {
      throw new IllegalStateException(failed + " streams did not open");
    }
  }

  private void closeAll() throws InterruptedException {
    List<DeviceStream> all = List.copyOf(open);
    open.clear();
    all.forEach(DeviceStream::close);
    Thread.sleep(SETTLE_MILLIS);
  }

  /// Every 100 ms those whose turn it is, so that each is pinged within 30 s.
  private void ping() {
    int many = open.size();
    for (int i = 0; i < many / (10 * PING_SECONDS) + 1 && many > 0; i++) {
      pinged = (pinged + 1) % many;
      try {
        open.get(pinged).ping();
      } catch (RuntimeException _) {
        return; // they are being closed
      }
    }
  }

  private void measure(int trial, long pid, double opened, String state)
      throws IOException, InterruptedException {
    Thread.sleep(SETTLE_MILLIS);
    long heap = MeshUnderTest.liveHeap(pid);
    long resident = MeshUnderTest.resident(pid);
    long gone = open.stream().filter(DeviceStream::ended).count();
    if (gone > 0) {
      throw new IllegalStateException(gone + " streams ended by themselves");
    }
    int count = open.size();
    if (count == 0 && state.isEmpty()) {
      emptyHeap = heap;
      emptyResident = resident;
    }
    memory.row(
        trial,
        count,
        opened,
        heap / MIB,
        each(heap - emptyHeap, count),
        resident / MIB,
        each(resident - emptyResident, count),
        state);
    if (state.isEmpty()) {
      heaps.add(new Point(count, heap / MIB));
      residents.add(new Point(count, resident / MIB));
    }
    System.err.printf(
        Locale.ROOT,
        "trial %d, %,d streams: heap %.1f MiB, RSS %.0f MiB %s%n",
        trial,
        count,
        heap / MIB,
        resident / MIB,
        state);
  }

  private static double each(long bytes, int count) {
    return count == 0 ? Double.NaN : bytes / KIB / count;
  }

  private static long seconds(long since) {
    return (System.nanoTime() - since) / 1_000_000_000;
  }
}
