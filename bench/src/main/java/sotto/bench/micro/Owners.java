package sotto.bench.micro;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import sotto.mesh.PodList;

/// Which pods a key belongs to, by rendezvous hashing.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Owners {
  /// How many pods there are.
  @Param({"3", "30", "300"})
  public int pods;

  private PodList list = PodList.EMPTY;
  private long key;

  /// Names them.
  @Setup
  public void list() {
    list = new PodList(IntStream.range(0, pods).mapToObj(i -> "pod-" + i + ":7711").toList());
  }

  /// The one.
  @Benchmark
  public List<String> first() {
    return list.ranked(key++, 1);
  }

  /// The two of presence.
  @Benchmark
  public List<String> firstTwo() {
    return list.ranked(key++, 2);
  }
}
