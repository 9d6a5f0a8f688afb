package sotto.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A store over another that runs full when it is told to, and counts reads.
final class RiggedBlobStore implements BlobStore {
  final AtomicInteger reads = new AtomicInteger();
  volatile long free = Long.MAX_VALUE;
  volatile boolean writesFail;
  volatile boolean commitsFail;
  private final BlobStore store;

  RiggedBlobStore(BlobStore store) {
    this.store = store;
  }

  @Override
  public Upload begin(BlobName name, BlobRecord record) throws IOException {
    return new Rigged(store.begin(name, record));
  }

  @Override
  public Optional<BlobRecord> confirm(BlobName name) throws IOException {
    return store.confirm(name);
  }

  @Override
  public Optional<Content> open(BlobName name) throws IOException {
    return store.open(name).map(Counted::new);
  }

  @Override
  public boolean delete(BlobName name) throws IOException {
    return store.delete(name);
  }

  @Override
  public List<BlobName> list(Shelf shelf, Optional<BlobName> after, int limit) throws IOException {
    return store.list(shelf, after, limit);
  }

  @Override
  public int removeAbandoned(Instant before) throws IOException {
    return store.removeAbandoned(before);
  }

  @Override
  public long freeBytes() {
    return free;
  }

  @Override
  public void close() throws IOException {
    store.close();
  }

  private final class Rigged implements Upload {
    private final Upload upload;

    Rigged(Upload upload) {
      this.upload = upload;
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      if (writesFail) {
        throw new IOException("No space left on device");
      }
      upload.write(bytes);
    }

    @Override
    public void commit() throws IOException {
      if (commitsFail) {
        throw new IOException("No space left on device");
      }
      upload.commit();
    }

    @Override
    public void close() throws IOException {
      upload.close();
    }
  }

  private final class Counted implements Content {
    private final Content content;

    Counted(Content content) {
      this.content = content;
    }

    @Override
    public BlobRecord record() {
      return content.record();
    }

    @Override
    public int read(long offset, ByteBuffer into) throws IOException {
      reads.incrementAndGet();
      return content.read(offset, into);
    }

    @Override
    public void close() throws IOException {
      content.close();
    }
  }
}
