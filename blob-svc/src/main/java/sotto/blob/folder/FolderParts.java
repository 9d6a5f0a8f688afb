package sotto.blob.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.Midstate;
import sotto.blob.Progress;

/// An upload in parts as one file that grows, and a small one beside it that says how much of it is
/// committed.
final class FolderParts implements BlobStore.Parts {
  private final Layout layout;
  private final BlobName name;
  private final FileChannel file;
  private final Runnable closed;
  private Progress progress;
  private boolean kept;

  private FolderParts(
      Layout layout, BlobName name, Progress progress, boolean kept, Runnable closed)
      throws IOException {
    this.layout = layout;
    this.name = name;
    this.progress = progress;
    this.kept = kept;
    this.closed = closed;
    this.file =
        FileChannel.open(layout.part(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      // What was written behind the committed bytes is nobody's.
      file.truncate(BlobRecord.LENGTH + progress.committed());
      file.position(BlobRecord.LENGTH + progress.committed());
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /// Begins one.
  ///
  /// @param closed told when it is closed
  static FolderParts start(Layout layout, BlobName name, Progress none, Runnable closed)
      throws IOException {
    discard(layout, name);
    return new FolderParts(layout, name, none, false, closed);
  }

  /// Goes on with one.
  static FolderParts resume(Layout layout, BlobName name, Progress progress, Runnable closed)
      throws IOException {
    return new FolderParts(layout, name, progress, true, closed);
  }

  /// How far one is that may be there. One whose files do not fit together is none.
  static Optional<Progress> read(Layout layout, BlobName name) throws IOException {
    try {
      Progress progress = Progress.decode(Files.readAllBytes(layout.state(name)));
      long length = Files.size(layout.part(name));
      return Optional.of(progress)
          .filter(p -> length >= (p.committed() == 0 ? 0 : BlobRecord.LENGTH + p.committed()));
    } catch (NoSuchFileException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  static void discard(Layout layout, BlobName name) throws IOException {
    // In this order: a part without a state is garbage, a state without its part is wrong.
    Files.deleteIfExists(layout.state(name));
    Files.deleteIfExists(layout.part(name));
  }

  @Override
  public Progress progress() {
    return progress;
  }

  @Override
  public void remember() throws IOException {
    save(progress);
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
  public void keep(Midstate midstate) throws IOException {
    Progress next;
    try {
      long written = file.position() - BlobRecord.LENGTH - progress.committed();
      next = progress.next(written, midstate);
      file.force(true);
    } catch (IOException e) {
      throw layout.meaning(e);
    }
    save(next);
    progress = next;
  }

  @Override
  public void commit(BlobRecord record) throws IOException {
    try {
      ByteBuffer header = ByteBuffer.wrap(record.encode());
      while (header.hasRemaining()) {
        file.write(header, header.position());
      }
      file.force(true);
      file.close();
      Layout.move(layout.part(name), layout.blob(name));
    } catch (IOException e) {
      throw layout.meaning(e);
    }
    kept = false;
    Files.deleteIfExists(layout.state(name));
  }

  @Override
  public void close() throws IOException {
    try {
      if (file.isOpen() && kept) {
        file.truncate(BlobRecord.LENGTH + progress.committed());
      }
      file.close();
      if (!kept) {
        Files.deleteIfExists(layout.part(name));
      }
    } finally {
      closed.run();
    }
  }

  private void save(Progress saved) throws IOException {
    try {
      Layout.replace(layout.state(name), saved.encode());
    } catch (IOException e) {
      throw layout.meaning(e);
    }
    kept = true;
  }
}
