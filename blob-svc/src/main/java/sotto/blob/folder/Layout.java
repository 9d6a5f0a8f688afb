package sotto.blob.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import sotto.blob.BlobName;
import sotto.blob.Shelf;
import sotto.blob.StoreFullException;

/// Where things stand in the folder, and how they are made to last.
///
/// @param root the folder
record Layout(Path root) {
  static final int FAN_OUT = 256;
  static final String PART = ".part";
  static final String STATE = ".state";
  private static final String TEMPORARY = ".tmp";
  private static final int FAN_OUT_DIGITS = 2;

  // Below this a file system is full, whatever words it has for it.
  private static final long NOTHING = 1L << 20;

  void make() throws IOException {
    Files.createDirectories(parts());
    Files.createDirectories(gone());
    for (Shelf shelf : Shelf.values()) {
      for (int i = 0; i < FAN_OUT; i++) {
        Files.createDirectories(fan(shelf, i));
      }
      sync(root.resolve(shelf.folder()));
    }
    sync(root);
  }

  Path parts() {
    return root.resolve("parts");
  }

  Path gone() {
    return root.resolve("gone");
  }

  Path fan(Shelf shelf, int index) {
    return root.resolve(shelf.folder()).resolve(HexFormat.of().toHexDigits((byte) index));
  }

  Path fan(BlobName name) {
    return fan(name.shelf(), fanIndex(name.hex()));
  }

  static int fanIndex(String hex) {
    return HexFormat.fromHexDigits(hex, 0, FAN_OUT_DIGITS);
  }

  Path blob(BlobName name) {
    return fan(name).resolve(name.hex());
  }

  Path part(BlobName name) {
    return parts().resolve(flat(name) + PART);
  }

  Path state(BlobName name) {
    return parts().resolve(flat(name) + STATE);
  }

  Path gone(BlobName name) {
    return gone().resolve(flat(name));
  }

  private static String flat(BlobName name) {
    return name.shelf().folder() + "-" + name.hex();
  }

  /// The blob that a file in `parts` or `gone` is about.
  static Optional<BlobName> named(Path file) {
    String text = String.valueOf(file.getFileName());
    for (String ending : List.of(PART, STATE)) {
      text = text.endsWith(ending) ? text.substring(0, text.length() - ending.length()) : text;
    }
    String flat = text;
    return Arrays.stream(Shelf.values())
        .filter(shelf -> flat.startsWith(shelf.folder() + "-"))
        .map(shelf -> flat.substring(shelf.folder().length() + 1))
        .filter(BlobName::isHex)
        .findFirst()
        .map(hex -> new BlobName(Shelf.ofFolder(flat.substring(0, flat.indexOf('-'))), hex));
  }

  static List<Path> files(Path folder) throws IOException {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      files.forEach(all::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return all;
  }

  /// Writes or replaces a file so that after a crash the old or the new is there, whole.
  static void replace(Path file, byte[] content) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + TEMPORARY);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (ByteBuffer rest = ByteBuffer.wrap(content); rest.hasRemaining(); ) {
        channel.write(rest);
      }
      channel.force(true);
    }
    move(temporary, file);
  }

  /// Renames, and makes that last where it went (POSIX rename is atomic; fsync of a folder makes
  /// its names last).
  static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    sync(to.resolveSibling("."));
  }

  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  long freeBytes() throws IOException {
    return Files.getFileStore(root).getUsableSpace();
  }

  /// What a failed write means. The system says that a disk is full in its own language, so the
  /// space that is left is looked at as well.
  IOException meaning(IOException failure) {
    String said = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
    boolean full = said.contains("no space left") || said.contains("quota exceeded");
    try {
      full |= freeBytes() < NOTHING;
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return full ? new StoreFullException(failure) : failure;
  }
}
