package sotto.client.internal.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import sotto.client.internal.store.DurableFiles;

/// A folder that a stranger's file goes into: the file has its name when all of it is on the disk,
/// never replaces or follows anything that is there, lies in this folder and nowhere else, and is
/// never executable.
public final class SafeFolder {
  /// Writes the file.
  public interface Content {
    /// Writes all of it.
    void to(OutputStream out) throws IOException;
  }

  private static final int MAX_NUMBER = 10_000;

  private final Path folder;

  /// A folder; made when the first file goes there.
  public SafeFolder(Path folder) {
    this.folder = folder;
  }

  /// Writes a file.
  ///
  /// @param untrusted its name as somebody else says
  /// @param id tells its unfinished form from others, harmless and unique
  /// @return where it is now
  /// @throws IOException nothing is left of it then
  public Path write(String untrusted, String id, Content content) throws IOException {
    Files.createDirectories(folder);
    Path part = folder.resolve(".sotto-" + id);
    try {
      try (OutputStream out =
          Files.newOutputStream(
              part,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE,
              LinkOption.NOFOLLOW_LINKS)) {
        content.to(out);
      }
      DurableFiles.sync(part);
      Path named = name(part, FileNames.sanitise(untrusted));
      DurableFiles.syncFolder(folder);
      return named;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private Path name(Path part, String name) throws IOException {
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
      // Some file systems have no links: the name is taken first, by a file that is then replaced.
      Files.createFile(target);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
