package sotto.bench.micro;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
import sotto.crypto.AttachmentKey;
import sotto.crypto.Attachments;

/// Encryption of files, with their digests, in memory.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Files {
  /// Bytes of a file.
  @Param({"10000", "1000000"})
  public int bytes;

  private byte[] plain = {};
  private byte[] cipher = {};
  private Optional<AttachmentKey> key = Optional.empty();

  /// Makes one.
  @Setup
  public void file() throws IOException {
    plain = new byte[bytes];
    var out = new ByteArrayOutputStream();
    key = Optional.of(Attachments.encrypt(new ByteArrayInputStream(plain), bytes, out));
    cipher = out.toByteArray();
  }

  /// As who sends it does.
  @Benchmark
  public AttachmentKey encrypt() throws IOException {
    return Attachments.encrypt(
        new ByteArrayInputStream(plain), bytes, OutputStream.nullOutputStream());
  }

  /// As who gets it does.
  @Benchmark
  public void decrypt() throws IOException {
    Attachments.decrypt(
        key.orElseThrow(), new ByteArrayInputStream(cipher), OutputStream.nullOutputStream());
  }
}
