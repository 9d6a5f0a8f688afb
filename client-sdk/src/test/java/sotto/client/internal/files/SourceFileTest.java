package sotto.client.internal.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.crypto.Attachments;

final class SourceFileTest {
  private static final int GOOD = 100_000;

  @TempDir Path folder;

  @Test
  void fileThatCannotBeReadAnyMore_failsAsItself() throws IOException {
    Path file = Files.write(folder.resolve("a"), new byte[10]);
    FileChannel channel = FileChannel.open(file);
    SourceFile source = new SourceFile(ByteSource.of(channel));
    assertThat(source.size()).isEqualTo(10);
    channel.close();
    assertThatThrownBy(source::size)
        .isInstanceOf(SourceFile.Failed.class)
        .hasCauseInstanceOf(ClosedChannelException.class);
    assertThatThrownBy(() -> source.read(0, new byte[1], 0, 1))
        .isInstanceOf(SourceFile.Failed.class);
  }

  @Test
  void failureInTheMiddleOfAnEncryption_isToldFromThatOfTheCopy() {
    assertThatThrownBy(() -> encrypt(new Breaking(), OutputStream.nullOutputStream()))
        .isInstanceOf(SourceFile.Failed.class);
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    assertThatThrownBy(() -> encrypt(ByteSource.of(new byte[2 * GOOD]), full))
        .isInstanceOf(IOException.class)
        .isNotInstanceOf(SourceFile.Failed.class);
  }

  private static void encrypt(ByteSource bytes, OutputStream out) throws IOException {
    SourceFile source = new SourceFile(bytes);
    var _ = Attachments.encrypt(Pieces.whole(source.size()).read(source), source.size(), out);
  }

  /// Its beginning can be read.
  private static final class Breaking implements ByteSource {
    @Override
    public long size() {
      return 2 * GOOD;
    }

    @Override
    public int read(long position, byte[] into, int offset, int length) throws IOException {
      if (position >= GOOD) {
        throw new IOException("Input/output error");
      }
      return (int) Math.min(length, GOOD - position);
    }
  }
}
