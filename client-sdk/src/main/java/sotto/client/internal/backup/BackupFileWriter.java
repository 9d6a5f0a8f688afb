package sotto.client.internal.backup;

import com.google.protobuf.ByteString;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import sotto.archive.v1.BackupFileHeader;
import sotto.archive.v1.PieceRef;
import sotto.chain.Bytes;
import sotto.client.internal.store.DurableFiles;

/// Writes the file of a backup under another name, and gives it its own when it is whole and on the
/// disk; an older file of that name is there until then. Closed before that, it leaves nothing. See
/// [BackupFile].
final class BackupFileWriter implements Closeable {
  private final Path file;
  private final Path part;
  private final FileChannel channel;
  private final BackupFileHeader.Builder header;
  private boolean whole;

  /// @param header all but size and place of the index
  BackupFileWriter(Path file, BackupFileHeader.Builder header) throws IOException {
    this.file = file.toAbsolutePath();
    Path name = this.file.getFileName();
    this.part = this.file.resolveSibling("." + name + ".part");
    this.header = header;
    Files.deleteIfExists(part);
    this.channel =
        FileChannel.open(
            part, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly());
    // Both numbers have as many bytes whatever they are, but for 0.
    writeHeader(1, 1);
  }

  private static FileAttribute<?>[] ownerOnly() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private void writeHeader(long size, long indexAt) throws IOException {
    byte[] bytes = header.setSize(size).setIndexAt(indexAt).build().toByteArray();
    ByteBuffer out =
        ByteBuffer.allocate(BackupFile.PREFIX + bytes.length)
            .put(BackupFile.MAGIC)
            .putInt(bytes.length)
            .put(bytes)
            .flip();
    channel.position(0);
    write(out);
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  PieceRef add(Bytes id, byte[] sealed) throws IOException {
    write(
        ByteBuffer.allocate(BackupFile.FRAME + sealed.length)
            .put(id.toArray())
            .putInt(sealed.length)
            .put(sealed)
            .flip());
    return PieceRef.newBuilder()
        .setPieceId(ByteString.copyFrom(id.toArray()))
        .setSize(sealed.length)
        .build();
  }

  /// Adds the index, and gives the file its name.
  ///
  /// @return how many bytes it has
  long finish(Bytes id, byte[] sealed) throws IOException {
    long indexAt = channel.position();
    var _ = add(id, sealed);
    long size = channel.position();
    writeHeader(size, indexAt);
    channel.force(true);
    channel.close();
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    whole = true;
    Path folder = file.getParent();
    if (folder != null) {
      DurableFiles.syncFolder(folder);
    }
    return size;
  }

  @Override
  public void close() throws IOException {
    channel.close();
    if (!whole) {
      Files.deleteIfExists(part);
    }
  }
}
