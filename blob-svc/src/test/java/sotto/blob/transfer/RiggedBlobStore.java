package sotto.blob.transfer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.DirectTransfers;
import sotto.blob.Midstate;
import sotto.blob.Progress;
import sotto.blob.Shelf;
import sotto.blob.StoreFullException;

/// A store over another that runs full when it is told to, and counts what is read and written.
final class RiggedBlobStore implements BlobStore {
  final AtomicInteger reads = new AtomicInteger();
  final AtomicLong written = new AtomicLong();
  volatile long free = Long.MAX_VALUE;
  volatile boolean writesFail;
  volatile boolean commitsFail;
  volatile boolean purgesFail;
  volatile boolean broken;
  volatile Runnable beforeRenewal = () -> {};
  volatile Runnable afterRenewal = () -> {};
  private final Set<BlobName> begun = ConcurrentHashMap.newKeySet();
  private final BlobStore store;

  RiggedBlobStore(BlobStore store) {
    this.store = store;
  }

  @Override
  public Upload begin(BlobName name, BlobRecord record) throws IOException {
    return store.begin(name, record);
  }

  @Override
  public Parts start(BlobName name, BlobRecord record, int partSize) throws IOException {
    begun.add(name);
    return new RiggedParts(store.start(name, record, partSize));
  }

  /// The names of uploads in parts that were begun here.
  Set<BlobName> begun() {
    return begun;
  }

  @Override
  public Optional<Progress> progress(BlobName name) throws IOException {
    return store.progress(name);
  }

  @Override
  public Optional<Parts> resume(BlobName name) throws IOException {
    return store.resume(name).map(RiggedParts::new);
  }

  @Override
  public void discard(BlobName name) throws IOException {
    store.discard(name);
  }

  @Override
  public List<BlobName> unfinished(Instant before, int limit) throws IOException {
    return store.unfinished(before, limit);
  }

  @Override
  public boolean renew(BlobName name, long expiresAtMillis) throws IOException {
    beforeRenewal.run();
    boolean renewed = store.renew(name, expiresAtMillis);
    afterRenewal.run();
    return renewed;
  }

  @Override
  public Optional<BlobRecord> withdraw(BlobName name) throws IOException {
    return store.withdraw(name);
  }

  @Override
  public List<Withdrawn> withdrawn(int limit) throws IOException {
    return store.withdrawn(limit);
  }

  @Override
  public void purge(BlobName name) throws IOException {
    if (purgesFail) {
      throw new IOException("it does not go");
    }
    store.purge(name);
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
  public Page old(Shelf shelf, Optional<BlobName> after, int limit, Instant changedBefore)
      throws IOException {
    return store.old(shelf, after, limit, changedBefore);
  }

  @Override
  public Optional<DirectTransfers> direct() {
    return store.direct();
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

  private final class RiggedParts implements Parts {
    private final Parts parts;

    RiggedParts(Parts parts) {
      this.parts = parts;
    }

    @Override
    public Progress progress() {
      return parts.progress();
    }

    @Override
    public void remember() throws IOException {
      parts.remember();
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      fail(writesFail);
      int length = bytes.remaining();
      parts.write(bytes);
      written.addAndGet(length);
    }

    @Override
    public void keep(Midstate midstate) throws IOException {
      parts.keep(midstate);
    }

    @Override
    public void commit(BlobRecord record) throws IOException {
      fail(commitsFail);
      parts.commit(record);
    }

    @Override
    public void close() throws IOException {
      parts.close();
    }

    private void fail(boolean full) throws IOException {
      if (full) {
        throw new StoreFullException(new IOException("No space left on device"));
      }
      if (broken) {
        throw new IOException("Input/output error");
      }
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
