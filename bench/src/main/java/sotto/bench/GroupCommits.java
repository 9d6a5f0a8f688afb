package sotto.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;

/// Envelopes that a store over SQLite makes durable, of callers that each wait for theirs: alone,
/// and many who share commits.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class GroupCommits {
  private static final int ENVELOPE_BYTES = 400;

  private Optional<Path> folder = Optional.empty();
  private Optional<StoreUnderTest> store = Optional.empty();

  /// Opens the store.
  @Setup
  public void open() throws IOException {
    Path made = Files.createTempDirectory("sotto-bench");
    folder = Optional.of(made);
    store = Optional.of(StoreUnderTest.open(made, Optional.empty(), 1, ENVELOPE_BYTES));
  }

  /// Closes and removes it.
  @TearDown
  public void close() throws IOException {
    store.orElseThrow().close();
    Homes.delete(folder.orElseThrow());
  }

  /// One caller.
  @Benchmark
  @Threads(1)
  public boolean alone() {
    return store.orElseThrow().appendOne(ThreadLocalRandom.current());
  }

  /// 64 callers.
  @Benchmark
  @Threads(64)
  public boolean together() {
    return store.orElseThrow().appendOne(ThreadLocalRandom.current());
  }
}
