package sotto.bench.measure;

import com.sun.management.ThreadMXBean;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/// Looks at what a Java process on this machine has spent: the kernel's figures, its virtual
/// machine's, and where it shows them its metrics. Looking costs it a few milliseconds.
public final class ProcessMeter implements AutoCloseable {
  private static final Pattern WRITTEN = Pattern.compile("(?m)^write_bytes: (\\d+)$");

  private final String name;
  private final ProcessHandle process;
  private final OptionalInt metrics;
  private final Fsyncs fsyncs;
  private final HttpClient client = HttpClient.newHttpClient();
  private final Optional<JMXConnector> connector;
  private final Optional<Machine> machine;

  private record Machine(ThreadMXBean threads, List<GarbageCollectorMXBean> collectors) {
    static Machine of(MBeanServerConnection at) throws IOException {
      return new Machine(
          ManagementFactory.newPlatformMXBeanProxy(
              at, ManagementFactory.THREAD_MXBEAN_NAME, ThreadMXBean.class),
          ManagementFactory.getPlatformMXBeans(at, GarbageCollectorMXBean.class));
    }
  }

  private ProcessMeter(
      String name,
      ProcessHandle process,
      OptionalInt metrics,
      Fsyncs fsyncs,
      Optional<JMXConnector> connector)
      throws IOException {
    this.name = name;
    this.process = process;
    this.metrics = metrics;
    this.fsyncs = fsyncs;
    this.connector = connector;
    this.machine =
        connector.isEmpty()
            ? Optional.empty()
            : Optional.of(Machine.of(connector.get().getMBeanServerConnection()));
  }

  /// Attaches to a process. One that lets nobody attach is measured without its memory.
  ///
  /// @param metrics the port at which it shows metrics; empty = it does not
  public static ProcessMeter attach(String name, long pid, OptionalInt metrics) throws IOException {
    return new ProcessMeter(
        name,
        ProcessHandle.of(pid).orElseThrow(),
        metrics,
        Fsyncs.NOT_KNOWN,
        connector(Long.toString(pid)));
  }

  /// This process.
  public static ProcessMeter self(String name) throws IOException {
    return foreign(name, ProcessHandle.current().pid(), Fsyncs.NOT_KNOWN);
  }

  /// A process whose memory is its own affair, Java's or not.
  public static ProcessMeter foreign(String name, long pid, Fsyncs fsyncs) throws IOException {
    return new ProcessMeter(
        name, ProcessHandle.of(pid).orElseThrow(), OptionalInt.empty(), fsyncs, Optional.empty());
  }

  // The address is what the process itself has said, on this machine.
  @SuppressWarnings("BanJNDI")
  private static Optional<JMXConnector> connector(String pid) throws IOException {
    try {
      VirtualMachine attached = VirtualMachine.attach(pid);
      try {
        var url = new JMXServiceURL(attached.startLocalManagementAgent());
        return Optional.of(JMXConnectorFactory.connect(url));
      } finally {
        attached.detach();
      }
    } catch (AttachNotSupportedException e) {
      System.err.println("memory of process " + pid + " is not measured: " + e.getMessage());
      return Optional.empty();
    }
  }

  /// What it has spent since it began.
  public Spent look() throws IOException {
    long allocated = 0;
    long collections = 0;
    long millis = 0;
    if (machine.isPresent()) {
      allocated = machine.get().threads().getTotalThreadAllocatedBytes();
      for (GarbageCollectorMXBean collector : machine.get().collectors()) {
        collections += collector.getCollectionCount();
        millis += collector.getCollectionTime();
      }
    }
    long commits = 0;
    long rows = 0;
    long statements = 0;
    if (metrics.isPresent()) {
      MetricsPage page = MetricsPage.read(client, metrics.getAsInt());
      commits = page.of("sotto_store_commit_duration_seconds_count");
      rows = page.of("sotto_store_envelopes_total");
      statements = page.of("sotto_store_commit_statements_sum");
    }
    return new Spent(
        name,
        process.info().totalCpuDuration().orElseThrow().toNanos(),
        allocated,
        collections,
        millis,
        written(),
        commits,
        rows,
        statements,
        fsyncs.count());
  }

  private long written() throws IOException {
    Path io = Path.of("/proc", Long.toString(process.pid()), "io");
    if (!Files.isReadable(io)) {
      return 0;
    }
    var found = WRITTEN.matcher(Files.readString(io));
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  @Override
  public void close() throws IOException {
    client.close();
    if (connector.isPresent()) {
      connector.get().close();
    }
  }
}
