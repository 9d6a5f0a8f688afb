package sotto.cli.export;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A folder that appears under its name when all of it is written, and not before. Only its owner
/// can look into it.
public final class ExportFolder implements AutoCloseable {
  private final Path folder;
  private final Path work;
  private boolean done;

  private ExportFolder(Path folder, Path work) {
    this.folder = folder;
    this.work = work;
  }

  /// Begins one.
  ///
  /// @param folder does not exist, or is empty
  /// @throws IOException with a sentence if there is something in it
  public static ExportFolder begin(Path folder) throws IOException {
    Path whole = folder.toAbsolutePath().normalize();
    Path parent = whole.getParent();
    Path name = whole.getFileName();
    if (parent == null || name == null) {
      throw new IOException("it has no name");
    }
    if (Files.exists(whole, LinkOption.NOFOLLOW_LINKS) && !emptyFolder(whole)) {
      throw new IOException("there is something in it already");
    }
    Files.createDirectories(parent);
    return new ExportFolder(whole, Files.createTempDirectory(parent, "." + name + ".part"));
  }

  private static boolean emptyFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    try (Stream<Path> there = Files.list(folder)) {
      return there.findAny().isEmpty();
    }
  }

  /// Where to write until [#finish].
  public Path work() {
    return work;
  }

  /// Makes it durable and gives it its name.
  public void finish() throws IOException {
    for (Path path : all(work)) {
      force(path);
    }
    Files.deleteIfExists(folder);
    Files.move(work, folder, StandardCopyOption.ATOMIC_MOVE);
    done = true;
    Path parent = folder.getParent();
    if (parent != null) {
      force(parent);
    }
  }

  private static List<Path> all(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.sorted(Comparator.reverseOrder()).toList();
    }
  }

  private static void force(Path path) throws IOException {
    boolean folder = Files.isDirectory(path);
    try (FileChannel channel =
        FileChannel.open(path, folder ? StandardOpenOption.READ : StandardOpenOption.WRITE)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows opens no folders; its renames are journalled.
      if (!folder) {
        throw e;
      }
    }
  }

  /// Takes away what was not finished.
  @Override
  public void close() throws IOException {
    if (!done) {
      for (Path path : all(work)) {
        Files.deleteIfExists(path);
      }
    }
  }
}
