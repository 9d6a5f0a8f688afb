package sotto.blob.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;

/// A blob's file that is being read.
///
/// @param file open
/// @param record its first bytes
record FolderContent(FileChannel file, BlobRecord record) implements BlobStore.Content {
  /// Opens a blob's file.
  ///
  /// @return empty if there is no such file
  static Optional<BlobStore.Content> open(Path path) throws IOException {
    FileChannel file;
    try {
      file = FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      ByteBuffer record = ByteBuffer.allocate(BlobRecord.LENGTH);
      for (int read = 0; read >= 0 && record.hasRemaining(); ) {
        read = file.read(record, record.position());
      }
      return Optional.of(new FolderContent(file, BlobRecord.decode(record.array())));
    } catch (IllegalArgumentException e) {
      file.close();
      throw new IOException("a blob's file is damaged", e);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public int read(long offset, ByteBuffer into) throws IOException {
    return file.read(into, Math.addExact(offset, BlobRecord.LENGTH));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
