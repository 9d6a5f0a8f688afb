package sotto.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Blobs as files of a folder that one process owns; the layout is in the package's description.
///
/// A commit writes the file to the disk, renames it into its place and writes the folder to the
/// disk (POSIX rename is atomic; fsync of the folder makes it last).
public final class FolderBlobStore implements BlobStore {
  private static final int FAN_OUT = 256;
  private static final int FAN_OUT_DIGITS = 2;

  private final Path folder;
  private final Path parts;
  private final FileChannel lockFile;
  private final Set<Path> underWay = ConcurrentHashMap.newKeySet();
  private final AtomicLong partNames = new AtomicLong();

  private FolderBlobStore(Path folder, FileChannel lockFile) {
    this.folder = folder;
    this.parts = folder.resolve("parts");
    this.lockFile = lockFile;
  }

  /// Opens a folder, makes it if it is not there, and removes what uploads of an earlier process
  /// left.
  ///
  /// @throws IOException also if another process, or another store of this one, has the folder
  public static FolderBlobStore open(Path folder) throws IOException {
    Files.createDirectories(folder);
    FileChannel lockFile =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      lock(folder, lockFile);
      var store = new FolderBlobStore(folder, lockFile);
      store.makeFolders();
      store.removeAbandoned(Instant.MAX);
      return store;
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  @Override
  public Upload begin(BlobName name, BlobRecord record) throws IOException {
    Path part = parts.resolve(partNames.incrementAndGet() + ".part");
    underWay.add(part);
    var upload = new Part(part, name);
    try {
      upload.write(ByteBuffer.wrap(record.encode()));
      return upload;
    } catch (IOException | RuntimeException e) {
      upload.close();
      throw e;
    }
  }

  @Override
  public Optional<BlobRecord> confirm(BlobName name) throws IOException {
    Optional<Content> content = open(name);
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try (Content open = content.get()) {
      sync(fan(name));
      return Optional.of(open.record());
    }
  }

  @Override
  public Optional<Content> open(BlobName name) throws IOException {
    FileChannel file;
    try {
      file = FileChannel.open(path(name), StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      ByteBuffer record = ByteBuffer.allocate(BlobRecord.LENGTH);
      for (int read = 0; read >= 0 && record.hasRemaining(); ) {
        read = file.read(record, record.position());
      }
      return Optional.of(new Stored(file, BlobRecord.decode(record.array())));
    } catch (IllegalArgumentException e) {
      file.close();
      throw new IOException("a blob's file is damaged", e);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public boolean delete(BlobName name) throws IOException {
    return Files.deleteIfExists(path(name));
  }

  @Override
  public List<BlobName> list(Shelf shelf, Optional<BlobName> after, int limit) throws IOException {
    String floor = after.map(BlobName::hex).orElse("");
    List<BlobName> page = new ArrayList<>();
    int first = after.isEmpty() ? 0 : HexFormat.fromHexDigits(floor, 0, FAN_OUT_DIGITS);
    for (int i = first; i < FAN_OUT && page.size() < limit; i++) {
      List<String> names = new ArrayList<>();
      try (DirectoryStream<Path> files = Files.newDirectoryStream(fan(shelf, i))) {
        for (Path file : files) {
          String name = String.valueOf(file.getFileName());
          if (BlobName.isHex(name) && name.compareTo(floor) > 0) {
            names.add(name);
          }
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
      names.stream()
          .sorted()
          .limit(limit - page.size())
          .forEach(name -> page.add(new BlobName(shelf, name)));
    }
    return page;
  }

  @Override
  public int removeAbandoned(Instant before) throws IOException {
    int removed = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(parts)) {
      for (Path file : files) {
        boolean old = Files.getLastModifiedTime(file).toInstant().isBefore(before);
        if (old && !underWay.contains(file) && Files.deleteIfExists(file)) {
          removed++;
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return removed;
  }

  @Override
  public long freeBytes() throws IOException {
    return Files.getFileStore(folder).getUsableSpace();
  }

  @Override
  public void close() throws IOException {
    lockFile.close();
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

  private void makeFolders() throws IOException {
    Files.createDirectories(parts);
    for (Shelf shelf : Shelf.values()) {
      for (int i = 0; i < FAN_OUT; i++) {
        Files.createDirectories(fan(shelf, i));
      }
      sync(folder.resolve(shelf.folder()));
    }
    sync(folder);
  }

  private Path fan(Shelf shelf, int index) {
    return folder.resolve(shelf.folder()).resolve(HexFormat.of().toHexDigits((byte) index));
  }

  private Path fan(BlobName name) {
    return fan(name.shelf(), HexFormat.fromHexDigits(name.hex(), 0, FAN_OUT_DIGITS));
  }

  private Path path(BlobName name) {
    return fan(name).resolve(name.hex());
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// An upload under way.
  private final class Part implements Upload {
    private final Path part;
    private final BlobName name;
    private final FileChannel file;

    Part(Path part, BlobName name) throws IOException {
      this.part = part;
      this.name = name;
      try {
        this.file = FileChannel.open(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      } catch (IOException e) {
        underWay.remove(part);
        throw e;
      }
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      while (bytes.hasRemaining()) {
        file.write(bytes);
      }
    }

    @Override
    public void commit() throws IOException {
      file.force(true);
      file.close();
      Files.move(part, path(name), StandardCopyOption.ATOMIC_MOVE);
      sync(fan(name));
    }

    @Override
    public void close() throws IOException {
      try {
        file.close();
      } finally {
        try {
          Files.deleteIfExists(part);
        } finally {
          underWay.remove(part);
        }
      }
    }
  }

  /// A blob being read.
  private record Stored(FileChannel file, BlobRecord record) implements Content {
    @Override
    public int read(long offset, ByteBuffer into) throws IOException {
      return file.read(into, Math.addExact(offset, BlobRecord.LENGTH));
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
