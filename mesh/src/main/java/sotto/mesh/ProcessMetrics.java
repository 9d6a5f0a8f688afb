package sotto.mesh;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.opentelemetry.api.metrics.Meter;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;

/// What a process uses of its machine: heap, processor, open files. Read when metrics are.
final class ProcessMetrics {
  private static final double NANOS = 1e9;

  private ProcessMetrics() {}

  static void of(Meter meter) {
    MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
    var _ =
        meter
            .gaugeBuilder("sotto.process.heap.used")
            .setDescription("Heap in use, garbage that was not yet collected included")
            .setUnit("By")
            .ofLongs()
            .buildWithCallback(m -> m.record(memory.getHeapMemoryUsage().getUsed()));
    var _ =
        meter
            .gaugeBuilder("sotto.process.heap.limit")
            .setDescription("The most heap there can be")
            .setUnit("By")
            .ofLongs()
            .buildWithCallback(m -> m.record(memory.getHeapMemoryUsage().getMax()));
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      var _ =
          meter
              .counterBuilder("sotto.process.cpu")
              .setDescription("Processor time used")
              .setUnit("s")
              .ofDoubles()
              .buildWithCallback(m -> m.record(system.getProcessCpuTime() / NANOS));
    }
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      var _ =
          meter
              .gaugeBuilder("sotto.process.files.open")
              .setDescription("Open files and sockets")
              .setUnit("{file}")
              .ofLongs()
              .buildWithCallback(m -> m.record(unix.getOpenFileDescriptorCount()));
      var _ =
          meter
              .gaugeBuilder("sotto.process.files.limit")
              .setDescription("The most there can be open")
              .setUnit("{file}")
              .ofLongs()
              .buildWithCallback(m -> m.record(unix.getMaxFileDescriptorCount()));
    }
  }
}
