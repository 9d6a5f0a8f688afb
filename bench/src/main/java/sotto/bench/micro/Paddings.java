package sotto.bench.micro;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import sotto.crypto.Padding;

/// Padding of contents.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Paddings {
  /// Bytes of a content.
  @Param({"200", "20000"})
  public int bytes;

  private byte[] content = {};
  private byte[] padded = {};

  /// Makes it.
  @Setup
  public void content() {
    content = new byte[bytes];
    padded = Padding.pad(content);
  }

  /// On.
  @Benchmark
  public byte[] pad() {
    return Padding.pad(content);
  }

  /// Off.
  @Benchmark
  public Optional<byte[]> unpad() {
    return Padding.unpad(padded);
  }
}
