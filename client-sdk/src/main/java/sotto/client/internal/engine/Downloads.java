package sotto.client.internal.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import sotto.client.SaveResult;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.net.Blobs;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.DurableFiles;
import sotto.crypto.AttachmentDamaged;
import sotto.crypto.Attachments;

/// Brings files of messages into a folder: nothing is visible under its name before all of it is
/// checked and on the disk.
final class Downloads {
  private static final int MAX_NUMBER = 10_000;
  private static final int PART_ID = 8;

  private final Core core;

  Downloads(Core core) {
    this.core = core;
  }

  /// Downloads, decrypts, checks and names a file. Blocks; not on the lane.
  SaveResult save(Blobs blobs, Attached.Entry entry, Path folder) {
    if (entry.blobId().isEmpty()) {
      return new SaveResult.Gone();
    }
    Optional<InputStream> blob =
        blobs.download(entry.blobId().get().toArray(), entry.key().ciphertextSize());
    if (blob.isEmpty()) {
      return new SaveResult.Gone();
    }
    Path part = folder.resolve(".sotto-" + HexFormat.of().formatHex(core.randomBytes(PART_ID)));
    try (InputStream in = blob.get()) {
      Files.createDirectories(folder);
      try (OutputStream out = Files.newOutputStream(part)) {
        Attachments.decrypt(entry.key(), in, out);
      }
      DurableFiles.sync(part);
      Path named = name(part, folder, FileNames.sanitise(entry.name()));
      DurableFiles.syncFolder(folder);
      return new SaveResult.Saved(named);
    } catch (AttachmentDamaged e) {
      return new SaveResult.Damaged();
    } catch (IOException e) {
      if (e.getCause() instanceof io.grpc.StatusRuntimeException broken) {
        throw sotto.client.internal.net.Faults.of(broken);
      }
      throw SottoException.of(Code.FILE, "The file cannot be written to '" + folder + "'.", e);
    } finally {
      delete(part);
    }
  }

  /// Gives a finished file its name, which never replaces another file.
  private static Path name(Path part, Path folder, String name) throws IOException {
    for (int number = 1; number <= MAX_NUMBER; number++) {
      Path target = folder.resolve(FileNames.numbered(name, number));
      try {
        link(target, part);
        return target;
      } catch (FileAlreadyExistsException e) {
        // The next number.
      }
    }
    throw new IOException("too many files of this name");
  }

  private static void link(Path target, Path part) throws IOException {
    try {
      Files.createLink(target, part);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException e) {
      // Some file systems have no links; this does not replace a file either.
      Files.move(part, target);
    }
  }

  private static void delete(Path part) {
    try {
      Files.deleteIfExists(part);
    } catch (IOException e) {
      // A hidden leftover under a random name.
    }
  }
}
