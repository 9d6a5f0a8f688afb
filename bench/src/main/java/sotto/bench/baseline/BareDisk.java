package sotto.bench.baseline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import sotto.bench.measure.Latencies;

/// What a disk takes to make a page durable: a write at a file's end and its fsync, again and
/// again.
public final class BareDisk {
  private static final int PAGE = 4096;

  private BareDisk() {}

  /// Measures for so long.
  public static Latencies fsync(Path folder, int seconds) throws IOException {
    Path file = Files.createTempFile(folder, "bare", ".disk");
    Latencies times = new Latencies();
    try (var channel = FileChannel.open(file, StandardOpenOption.APPEND)) {
      long end = System.nanoTime() + seconds * 1_000_000_000L;
      for (long begun = System.nanoTime(); begun < end; ) {
        channel.write(ByteBuffer.allocate(PAGE));
        channel.force(false);
        long now = System.nanoTime();
        times.add(now - begun);
        begun = now;
      }
    } finally {
      Files.delete(file);
    }
    return times;
  }
}
