package sotto.mesh;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.opentelemetry.api.metrics.Meter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.util.function.LongSupplier;

/// What a process uses of its machine: heap, processor, open files. Read when metrics are.
final class ProcessMetrics {
  private static final double NANOS = 1e9;

  private ProcessMetrics() {}

  static void of(Meter meter) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    gauge(
        meter,
        "heap.used",
        "Heap in use, garbage that was not yet collected included",
        "By",
        () -> memory.getHeapMemoryUsage().getUsed());
    gauge(
        meter,
        "heap.limit",
        "The most heap there can be",
        "By",
        () -> memory.getHeapMemoryUsage().getMax());
    var machine = ManagementFactory.getOperatingSystemMXBean();
    if (machine instanceof OperatingSystemMXBean system) {
      var _ =
          meter
              .counterBuilder("sotto.process.cpu")
              .setDescription("Processor time used")
              .setUnit("s")
              .ofDoubles()
              .buildWithCallback(m -> m.record(system.getProcessCpuTime() / NANOS));
    }
    if (machine instanceof UnixOperatingSystemMXBean unix) {
      gauge(
          meter,
          "files.open",
          "Open files and sockets",
          "{file}",
          unix::getOpenFileDescriptorCount);
      gauge(
          meter,
          "files.limit",
          "The most there can be open",
          "{file}",
          unix::getMaxFileDescriptorCount);
    }
  }

  private static void gauge(
      Meter meter, String name, String what, String unit, LongSupplier value) {
    var _ =
        meter
            .gaugeBuilder("sotto.process." + name)
            .setDescription(what)
            .setUnit(unit)
            .ofLongs()
            .buildWithCallback(m -> m.record(value.getAsLong()));
  }
}
