package sotto.blob.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;

/// A small upload: a file of its own until it is renamed into its place.
final class WholeUpload implements BlobStore.Upload {
  private final Layout layout;
  private final BlobName name;
  private final Path part;
  private final FileChannel file;
  private final Runnable closed;

  private WholeUpload(Layout layout, BlobName name, Path part, Runnable closed) throws IOException {
    this.layout = layout;
    this.name = name;
    this.part = part;
    this.closed = closed;
    this.file = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  /// @param part the file to write to
  /// @param closed told when it is closed
  static WholeUpload begin(
      Layout layout, BlobName name, BlobRecord record, Path part, Runnable closed)
      throws IOException {
    var upload = new WholeUpload(layout, name, part, closed);
    try {
      upload.write(ByteBuffer.wrap(record.encode()));
      return upload;
    } catch (IOException | RuntimeException e) {
      upload.close();
      throw e;
    }
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    } catch (IOException e) {
      throw layout.meaning(e);
    }
  }

  @Override
  public void commit() throws IOException {
    try {
      file.force(true);
      file.close();
      Layout.move(part, layout.blob(name));
    } catch (IOException e) {
      throw layout.meaning(e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      file.close();
      Files.deleteIfExists(part);
    } finally {
      closed.run();
    }
  }
}
