package sotto.client.internal.engine;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import sotto.chain.Bytes;
import sotto.client.Picture;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.files.ByteSource;
import sotto.client.internal.files.FileNames;
import sotto.client.internal.files.MediaTypes;
import sotto.client.internal.files.Pictures;
import sotto.client.internal.files.Pieces;
import sotto.client.internal.files.SourceFile;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.DurableFiles;
import sotto.crypto.AttachmentKey;
import sotto.crypto.Attachments;

/// The encrypted copies of files on their way out.
final class OutgoingFiles {
  /// A file that is encrypted in the home, not yet part of a message.
  ///
  /// @param name its name, without folders
  /// @param mediaType its type
  /// @param key what decrypts it
  /// @param uploadId names the upload and the encrypted file
  /// @param picture what is said of it as a picture
  record Prepared(
      String name,
      String mediaType,
      AttachmentKey key,
      Bytes uploadId,
      Optional<Picture> picture) {}

  /// How long the files of a message that failed are kept for a retry.
  private static final long KEPT_MILLIS = Duration.ofDays(14).toMillis();

  private static final int ID_LENGTH = 16;

  private final Core core;
  private final Path folder;

  OutgoingFiles(Core core) {
    this.core = core;
    this.folder = core.store().outgoingFolder();
  }

  /// Encrypts a file into the home. Blocks; not on the lane.
  ///
  /// @param original whether pictures keep what they say about their making
  /// @param maxPreview the longest preview of a picture, bytes
  /// @throws SottoException FILE, STORAGE_FULL
  Prepared prepare(Path file, boolean original, int maxPreview) {
    if (!Files.isRegularFile(file)) {
      throw SottoException.of(Code.FILE, "There is no file '" + file + "'.");
    }
    try (FileChannel channel = open(file)) {
      return prepare(file, new SourceFile(ByteSource.of(channel)), original, maxPreview);
    } catch (IOException e) {
      throw unread(file, e);
    }
  }

  /// The same, of a file that is open.
  Prepared prepare(Path file, SourceFile source, boolean original, int maxPreview) {
    try {
      Pieces pieces = Pieces.whole(source.size());
      Optional<Picture> picture = Optional.empty();
      switch (Pictures.inspect(source)) {
        case Pictures.NoPicture _ -> {}
        case Pictures.Unreadable(String why) -> {
          if (!original) {
            throw unreadable(file, why);
          }
        }
        case Pictures.Cleanable(Pieces clean, Pictures.Inspected inspected) -> {
          pieces = original ? pieces : clean;
          picture = Optional.of(Pictures.describe(inspected, source, maxPreview));
        }
      }
      Bytes id = Bytes.of(core.randomBytes(ID_LENGTH));
      String name = name(file);
      AttachmentKey key = encrypt(id, pieces.read(source), pieces.size());
      return new Prepared(name, MediaTypes.of(name), key, id, picture);
    } catch (SourceFile.Failed e) {
      throw unread(file, e);
    } catch (EOFException e) {
      throw SottoException.of(
          Code.FILE, "The file '" + file + "' became shorter while it was read.", e);
    } catch (IOException e) {
      throw SottoException.of(
          Code.STORAGE_FULL, "The file cannot be copied into the home: is the disk full?", e);
    }
  }

  private static SottoException unread(Path file, IOException e) {
    return SottoException.of(Code.FILE, "The file '" + file + "' cannot be read.", e);
  }

  private static SottoException unreadable(Path file, String why) {
    return SottoException.of(
        Code.FILE,
        "The picture '"
            + file
            + "' seems damaged ("
            + why
            + "), so that what it says about where and when it was made cannot be taken out."
            + " Nothing was sent; it can be sent as the original.");
  }

  private AttachmentKey encrypt(Bytes id, InputStream in, long size) throws IOException {
    Path encrypted = path(id);
    Path part = encrypted.resolveSibling(encrypted.getFileName() + ".part");
    try {
      Files.createDirectories(folder);
      AttachmentKey key;
      try (OutputStream out = Files.newOutputStream(part)) {
        key = Attachments.encrypt(in, size, out);
      }
      DurableFiles.sync(part);
      Files.move(part, encrypted, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.syncFolder(folder);
      return key;
    } catch (IOException e) {
      delete(part);
      throw e;
    }
  }

  private static FileChannel open(Path file) {
    try {
      return FileChannel.open(file, StandardOpenOption.READ);
    } catch (IOException e) {
      throw unread(file, e);
    }
  }

  private static String name(Path file) {
    Path last = file.getFileName();
    String name = last == null ? "file" : last.toString();
    return FileNames.shorten(name, AttachmentFormat.MAX_NAME_BYTES);
  }

  /// Where the encrypted copy of an upload is.
  Path path(Bytes uploadId) {
    return folder.resolve(uploadId.toString());
  }

  /// Whether the encrypted copy of an upload is still there.
  boolean exists(Bytes uploadId) {
    return Files.isRegularFile(path(uploadId));
  }

  /// Deletes the encrypted copy of an upload that is over.
  void discard(Bytes uploadId) {
    delete(path(uploadId));
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is swept away at the next start.
    }
  }

  /// Makes prepared files part of a message. On the lane.
  void attach(long message, List<Prepared> files) {
    for (int place = 0; place < files.size(); place++) {
      Prepared file = files.get(place);
      core.store()
          .attached()
          .add(
              new Attached.Entry(
                  message,
                  place,
                  file.name(),
                  file.mediaType(),
                  file.key(),
                  Optional.empty(),
                  Optional.of(file.uploadId()),
                  file.picture()));
    }
  }

  /// Deletes encrypted files that no message waits for: of a crash between file and message, or
  /// between upload and deletion. Before anything is prepared; on the lane.
  void sweep() {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Set<String> wanted = new HashSet<>();
    long failedSince = core.clock().millis() - KEPT_MILLIS;
    core.store().attached().neededUploads(failedSince).forEach(id -> wanted.add(id.toString()));
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Path name = file.getFileName();
        if (name == null || !wanted.contains(name.toString())) {
          delete(file);
        }
      }
    } catch (IOException e) {
      // They stay until the next start.
    }
  }
}
