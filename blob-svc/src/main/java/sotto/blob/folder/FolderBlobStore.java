package sotto.blob.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.DirectTransfers;
import sotto.blob.Progress;
import sotto.blob.Shelf;

/// Blobs as files of a folder that one process owns; the layout is in the package's description.
///
/// A commit writes the file to the disk, renames it into its place and writes the folder to the
/// disk.
public final class FolderBlobStore implements BlobStore {
  private final Layout layout;
  private final FileChannel lockFile;
  private final Set<Path> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicLong partNames = new AtomicLong();

  private FolderBlobStore(Layout layout, FileChannel lockFile) {
    this.layout = layout;
    this.lockFile = lockFile;
  }

  /// Opens a folder, makes it if it is not there, and removes what uploads of an earlier process
  /// left that cannot be gone on with.
  ///
  /// @throws IOException also if another process, or another store of this one, has the folder
  public static FolderBlobStore open(Path folder) throws IOException {
    Files.createDirectories(folder);
    FileChannel lockFile =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      lock(folder, lockFile);
      var store = new FolderBlobStore(new Layout(folder), lockFile);
      store.layout.make();
      store.removeAbandoned(Instant.MAX);
      return store;
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  @Override
  public Upload begin(BlobName name, BlobRecord record) throws IOException {
    Path part = layout.parts().resolve(partNames.incrementAndGet() + Layout.PART);
    underWay.add(part);
    try {
      return WholeUpload.begin(layout, name, record, part, () -> underWay.remove(part));
    } catch (IOException e) {
      underWay.remove(part);
      throw layout.meaning(e);
    }
  }

  @Override
  public Parts start(BlobName name, BlobRecord record, int partSize) throws IOException {
    return open(
        name, closed -> FolderParts.start(layout, name, Progress.none(record, partSize), closed));
  }

  @Override
  public Optional<Parts> resume(BlobName name) throws IOException {
    Optional<Progress> progress = progress(name);
    return progress.isEmpty()
        ? Optional.empty()
        : Optional.of(
            open(name, closed -> FolderParts.resume(layout, name, progress.get(), closed)));
  }

  @Override
  public Optional<Progress> progress(BlobName name) throws IOException {
    return FolderParts.read(layout, name);
  }

  @Override
  public void discard(BlobName name) throws IOException {
    FolderParts.discard(layout, name);
  }

  @Override
  public List<BlobName> unfinished(Instant before, int limit) throws IOException {
    Set<BlobName> old = new HashSet<>();
    Set<BlobName> young = new HashSet<>();
    for (Path file : Layout.files(layout.parts())) {
      Layout.named(file)
          .filter(name -> !underWay.contains(layout.part(name)))
          .ifPresent(name -> (olderThan(before, file) ? old : young).add(name));
    }
    old.removeAll(young);
    return old.stream().sorted().limit(limit).toList();
  }

  @Override
  public Optional<BlobRecord> confirm(BlobName name) throws IOException {
    Optional<Content> content = open(name);
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try (Content open = content.get()) {
      Layout.sync(layout.fan(name));
      return Optional.of(open.record());
    }
  }

  @Override
  public Optional<Content> open(BlobName name) throws IOException {
    return FolderContent.open(layout.blob(name));
  }

  @Override
  public boolean renew(BlobName name, long expiresAtMillis) throws IOException {
    try (FileChannel file = FileChannel.open(layout.blob(name), StandardOpenOption.WRITE)) {
      ByteBuffer expiry = ByteBuffer.allocate(Long.BYTES).putLong(0, expiresAtMillis);
      while (expiry.hasRemaining()) {
        file.write(expiry, BlobRecord.EXPIRES_AT + (long) expiry.position());
      }
      file.force(true);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public boolean delete(BlobName name) throws IOException {
    return Files.deleteIfExists(layout.blob(name));
  }

  @Override
  public Optional<BlobRecord> withdraw(BlobName name) throws IOException {
    try {
      Layout.move(layout.blob(name), layout.gone(name));
      Layout.sync(layout.fan(name));
    } catch (NoSuchFileException e) {
      // There is none, or it has been withdrawn already.
    }
    Optional<Content> gone = FolderContent.open(layout.gone(name));
    if (gone.isEmpty()) {
      return Optional.empty();
    }
    try (Content open = gone.get()) {
      return Optional.of(open.record());
    }
  }

  @Override
  public List<Withdrawn> withdrawn(int limit) throws IOException {
    List<Withdrawn> all = new ArrayList<>();
    for (Path file : Layout.files(layout.gone())) {
      Optional<BlobName> name = Layout.named(file);
      Optional<Content> content =
          name.isEmpty() || all.size() >= limit ? Optional.empty() : FolderContent.open(file);
      if (content.isPresent()) {
        try (Content open = content.get()) {
          all.add(new Withdrawn(name.orElseThrow(), open.record()));
        }
      }
    }
    return all;
  }

  @Override
  public void purge(BlobName name) throws IOException {
    Files.deleteIfExists(layout.gone(name));
  }

  /// Reading a blob's record costs no more than asking the file for its age: all of the page.
  @Override
  public Page old(Shelf shelf, Optional<BlobName> after, int limit, Instant changedBefore)
      throws IOException {
    List<BlobName> names = list(shelf, after, limit);
    return new Page(names, names.size() < limit ? Optional.empty() : Optional.of(names.getLast()));
  }

  @Override
  public List<BlobName> list(Shelf shelf, Optional<BlobName> after, int limit) throws IOException {
    String floor = after.map(BlobName::hex).orElse("");
    List<BlobName> page = new ArrayList<>();
    int first = after.isEmpty() ? 0 : Layout.fanIndex(floor);
    for (int i = first; i < Layout.FAN_OUT && page.size() < limit; i++) {
      Layout.files(layout.fan(shelf, i)).stream()
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> BlobName.isHex(name) && name.compareTo(floor) > 0)
          .sorted()
          .limit(limit - page.size())
          .forEach(name -> page.add(new BlobName(shelf, name)));
    }
    return page;
  }

  @Override
  public int removeAbandoned(Instant before) throws IOException {
    int removed = 0;
    for (Path file : Layout.files(layout.parts())) {
      Path part = Layout.named(file).map(layout::part).orElse(file);
      if (!underWay.contains(part)
          && !usable(file)
          && olderThan(before, file)
          && Files.deleteIfExists(file)) {
        removed++;
      }
    }
    return removed;
  }

  @Override
  public Optional<DirectTransfers> direct() {
    return Optional.empty();
  }

  @Override
  public long freeBytes() throws IOException {
    return layout.freeBytes();
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
  }

  /// What opens an upload in parts.
  @FunctionalInterface
  private interface Opening {
    Parts open(Runnable closed) throws IOException;
  }

  private Parts open(BlobName name, Opening opening) throws IOException {
    Path part = layout.part(name);
    if (!underWay.add(part)) {
      throw new IllegalStateException("an upload in parts is open already");
    }
    try {
      return opening.open(() -> underWay.remove(part));
    } catch (IOException e) {
      underWay.remove(part);
      throw layout.meaning(e);
    }
  }

  /// Whether a file belongs to an upload in parts that can be gone on with.
  private boolean usable(Path file) throws IOException {
    Optional<BlobName> name = Layout.named(file);
    return name.isPresent() && progress(name.get()).isPresent();
  }

  private static boolean olderThan(Instant before, Path file) {
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(before);
    } catch (IOException e) {
      // It has just gone, or cannot be looked at.
      return false;
    }
  }

  private static void lock(Path folder, FileChannel lockFile) throws IOException {
    @Nullable FileLock lock;
    try {
      lock = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      throw new IOException(folder + " is in use by this process", e);
    }
    if (lock == null) {
      throw new IOException(folder + " is in use by another process");
    }
  }
}
