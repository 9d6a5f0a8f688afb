package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttachmentMemoryTest {
  private static final long MIB = 1 << 20;

  /// Runs in a process with a small heap.
  static final class Streams {
    private Streams() {}

    public static void main(String[] args) throws IOException {
      long size = Long.parseLong(args[0]);
      Path blob = Path.of(args[1]);
      AttachmentKey key;
      try (OutputStream out = Files.newOutputStream(blob)) {
        key = Attachments.encrypt(new Zeros(size), size, out);
      }
      try (InputStream in = Files.newInputStream(blob)) {
        Attachments.decrypt(key, in, OutputStream.nullOutputStream());
      }
    }
  }

  /// A file of zeros.
  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long size) {
      left = size;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      if (left <= 0) {
        return -1;
      }
      int read = (int) Math.min(left, length);
      Arrays.fill(bytes, offset, offset + read, (byte) 0);
      left -= read;
      return read;
    }
  }

  @Test
  void fileLargerThanTheHeap_isEncryptedAndDecrypted(@TempDir Path folder)
      throws IOException, InterruptedException {
    long size = Boolean.getBoolean("sotto.long") ? 1024 * MIB : 96 * MIB;
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:MaxDirectMemorySize=8m",
                "-cp",
                System.getProperty("java.class.path"),
                Streams.class.getName(),
                Long.toString(size),
                folder.resolve("blob").toString())
            .inheritIO()
            .start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).isZero();
  }
}
