package sotto.client.internal.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// The right to be the one process that uses a home. Ends with the process, however that ends.
final class HomeLock implements AutoCloseable {
  // The lock is on a byte that is never written: on Windows a locked range cannot be read.
  private static final long LOCKED_BYTE = 1L << 20;

  /// The file.
  static final String NAME = "lock";

  private final FileChannel channel;

  private HomeLock(FileChannel channel) {
    this.channel = channel;
  }

  static HomeLock take(Path home) throws IOException {
    Path file = home.resolve(NAME);
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (locked(channel)) {
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(pid().getBytes(StandardCharsets.US_ASCII)), 0);
        return new HomeLock(channel);
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    String owner = owner(file).map(pid -> "process " + pid).orElse("another process");
    throw SottoException.of(Code.HOME_IN_USE, "The home " + home + " is in use by " + owner + ".");
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      @Nullable FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static String pid() {
    return Long.toString(ProcessHandle.current().pid());
  }

  private static Optional<String> owner(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
    return text.matches("[0-9]{1,19}") ? Optional.of(text) : Optional.empty();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
