package sotto.client.internal.engine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import sotto.chain.Bytes;
import sotto.client.Event.FileProgress.Direction;
import sotto.client.FileView;
import sotto.client.MessageId;
import sotto.client.SaveResult;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.files.PartialBlob;
import sotto.client.internal.files.SafeFolder;
import sotto.client.internal.net.Meter;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.Sha256;
import sotto.crypto.AttachmentDamaged;

/// Brings files of messages into a folder: nothing is visible under its name before all of it is
/// checked and on the disk. What has come of a blob stays in the home, as ciphertext, until the
/// file is saved: a download that broke off goes on from there, also after a crash.
final class Downloads {
  private static final int ID = 8;
  private static final long LITTLE_ROOM = 1024 * 1024;
  private static final long KEPT_MILLIS = Duration.ofDays(30).toMillis();

  private final Core core;
  private final Transfers transfers;
  private final Function<MessageId, List<Long>> rows;
  private final Path parts;
  private final Set<String> busy = ConcurrentHashMap.newKeySet();

  /// @param rows finds the rows of a message, in the archive too; not on the lane
  Downloads(Core core, Transfers transfers, Function<MessageId, List<Long>> rows) {
    this.core = core;
    this.transfers = transfers;
    this.rows = rows;
    this.parts = core.store().incomingFolder();
  }

  /// Downloads, decrypts, checks and names a file. Blocks; not on the lane.
  SaveResult save(FileView file, Path folder) {
    Attached.Entry entry = entry(file);
    if (entry.blobId().isEmpty()) {
      return new SaveResult.Gone();
    }
    String name = partName(entry.blobId().get());
    boolean first = busy.add(name);
    // A second download of the same blob at the same time has a part of its own.
    Path part = parts.resolve(first ? name : name + "-" + randomName());
    try {
      return save(file, entry, part, folder);
    } finally {
      if (first) {
        busy.remove(name);
      } else {
        delete(part);
      }
    }
  }

  private Attached.Entry entry(FileView file) {
    return rows.apply(file.message()).stream()
        .flatMap(row -> core.lane().call(_ -> core.store().attached().of(row)).stream())
        .filter(e ->
            e.place() == file.index() && e.key().plainSha256().toString().equals(file.sha256()))
        .findFirst()
        .orElseThrow(() -> SottoException.invalid("file", "There is no such file."));
  }

  private SaveResult save(FileView file, Attached.Entry entry, Path part, Path folder) {
    try (PartialBlob blob = PartialBlob.open(part, entry.key())) {
      requireRoom(parts, entry.key().ciphertextSize() - blob.length());
      Meter meter =
          transfers.meter(
              entry,
              file.message(),
              Direction.DOWNLOAD,
              _ -> {
                CrashPoint.AFTER_DOWNLOAD_PART.reached();
                return !core.closed();
              });
      Bytes blobId = entry.blobId().orElseThrow();
      Optional<SaveResult> lost = new Fetch(Way.of(core), blobId, entry.key(), blob, meter).run();
      if (lost.isPresent()) {
        blob.delete();
        return lost.get();
      }
      SaveResult saved = write(entry, blob, folder);
      blob.delete();
      return saved;
    } catch (IOException e) {
      throw unwritable(parts, LITTLE_ROOM, "The file cannot be kept in the home.", e);
    }
  }

  private SaveResult write(Attached.Entry entry, PartialBlob blob, Path folder) {
    try {
      return new SaveResult.Saved(
          new SafeFolder(folder).write(entry.name(), randomName(), blob::decrypt));
    } catch (AttachmentDamaged e) {
      return new SaveResult.Damaged();
    } catch (IOException e) {
      // What was written of it is gone again, and its room is there.
      long needed = entry.key().plainSize();
      throw unwritable(folder, needed, "The file cannot be written to '" + folder + "'.", e);
    }
  }

  private static void requireRoom(Path folder, long bytes) throws IOException {
    if (Files.getFileStore(folder).getUsableSpace() < bytes) {
      throw SottoException.of(
          Code.STORAGE_FULL, "The disk has no room for the file; it goes on once there is.");
    }
  }

  /// A full disk passes; anything else is the folder's.
  private static SottoException unwritable(
      Path folder, long needed, String sentence, IOException e) {
    try {
      if (Files.getFileStore(folder).getUsableSpace() < Math.max(LITTLE_ROOM, needed)) {
        return SottoException.of(
            Code.STORAGE_FULL, "The disk is full; the download goes on once there is room.", e);
      }
    } catch (IOException unknown) {
      e.addSuppressed(unknown);
    }
    return SottoException.of(Code.FILE, sentence, e);
  }

  private static String partName(Bytes blobId) {
    return HexFormat.of().formatHex(Sha256.of(blobId.toArray()));
  }

  private String randomName() {
    return HexFormat.of().formatHex(core.randomBytes(ID));
  }

  private static void delete(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      // It is swept away when it is old.
    }
  }

  /// Deletes parts that nobody has gone on with for a month.
  void sweep() {
    if (!Files.isDirectory(parts, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (DirectoryStream<Path> all = Files.newDirectoryStream(parts)) {
      for (Path part : all) {
        long age = core.clock().millis() - Files.getLastModifiedTime(part).toMillis();
        if (age > KEPT_MILLIS) {
          delete(part);
        }
      }
    } catch (IOException e) {
      // They stay until the next start.
    }
  }
}
