package sotto.client.internal.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// Files that are whole and on the disk, or not there.
public final class DurableFiles {
  private DurableFiles() {}

  /// Writes a small text file in one step.
  static void write(Path folder, String name, List<String> lines) throws IOException {
    Path file = folder.resolve(name);
    Path part = folder.resolve(name + ".part");
    Files.write(part, lines, StandardCharsets.UTF_8);
    sync(part);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncFolder(folder);
  }

  /// Forces a file's bytes to the disk.
  public static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  /// Forces a folder's entries to the disk, where the platform can.
  public static void syncFolder(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // Windows opens no folders; its renames are journalled.
    }
  }
}
