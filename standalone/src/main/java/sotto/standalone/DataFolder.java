package sotto.standalone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The server's folder, held by one process at a time.
///
/// ```
/// DATA/ca.pem       certificate for clients
/// DATA/ca-key.pem   its key
/// DATA/server.lock  locked while a server runs; holds its process id
/// DATA/store/       accounts, keys, mailboxes; for the owner alone
/// DATA/admin/       what operators need, see AdminFolder; for the owner alone
/// DATA/blob/        encrypted media; for the owner alone
/// ```
///
/// Other users of the machine may pass through the folder, to read `ca.pem`, and list nothing. The
/// lock ends with the process, however it ends.
public final class DataFolder implements AutoCloseable {
  private static final int LONGEST_PID = 20;

  private final Path path;
  private final FileChannel lock;

  private DataFolder(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
  }

  /// Where it is when nobody says so.
  ///
  /// @param environment for `XDG_DATA_HOME`
  /// @param home the user's
  public static Path byDefault(Map<String, String> environment, Path home) {
    var xdg = environment.getOrDefault("XDG_DATA_HOME", "");
    // The specification says to ignore relative ones.
    var base = xdg.startsWith("/") ? Path.of(xdg) : home.resolve(".local/share");
    return base.resolve("sotto");
  }

  /// Takes the folder, making it if it is not there.
  ///
  /// @throws CannotServe if another server has it; the message names its process
  static DataFolder take(Path path) throws IOException {
    var folder = path.toAbsolutePath().normalize();
    make(folder, "rwx--x--x");
    var file = folder.resolve("server.lock");
    var channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (!tryLock(channel)) {
      var owner = owner(channel);
      channel.close();
      throw new CannotServe(
          "another server"
              + owner
              + " uses the folder "
              + folder
              + "; stop it, or give --data another");
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap(
            Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)),
        0);
    return new DataFolder(folder, channel);
  }

  Path path() {
    return path;
  }

  /// A folder in it, for the owner alone.
  Path part(String name) throws IOException {
    var part = path.resolve(name);
    make(part, "rwx------");
    return part;
  }

  /// Lets go of the folder.
  @Override
  public void close() throws IOException {
    lock.close();
  }

  private static void make(Path folder, String permissions) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
    } else {
      Files.createDirectories(folder);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      @Nullable Object taken = channel.tryLock();
      return taken != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    var text = ByteBuffer.allocate(LONGEST_PID);
    channel.read(text, 0);
    var pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
    return pid.matches("[0-9]+") ? " (process " + pid + ")" : "";
  }
}
