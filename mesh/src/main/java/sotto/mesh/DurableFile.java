package sotto.mesh;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;

/// Writes a file so that after a crash the whole of it is there or nothing: a temporary file beside
/// it, fsync, rename, fsync of the folder.
final class DurableFile {
  private DurableFile() {}

  /// Writes or replaces a file.
  ///
  /// @param file where
  /// @param content all of it
  /// @param permissions as `ls` writes them, such as `rw-------`; set before the content is
  ///   written; not applied where the file system has none
  static void write(Path file, byte[] content, String permissions) throws IOException {
    var folder = file.toAbsolutePath().getParent();
    var posix = posix(Files.getFileStore(folder));
    var temporary =
        Files.createTempFile(folder, file.getFileName() + ".", ".tmp", new FileAttribute<?>[0]);
    try {
      if (posix) {
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(permissions));
      }
      try (var channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        for (var rest = ByteBuffer.wrap(content); rest.hasRemaining(); ) {
          channel.write(rest);
        }
        channel.force(true);
      }
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    if (posix) {
      try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private static boolean posix(FileStore store) {
    return store.supportsFileAttributeView(PosixFileAttributeView.class);
  }
}
