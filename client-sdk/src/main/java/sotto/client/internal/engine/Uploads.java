package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.StorageClass;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.Failure;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.DurableFiles;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Messages;
import sotto.crypto.AttachmentKey;
import sotto.crypto.Attachments;

/// Files on their way out: encrypted into the home at once, uploaded when there is a connection,
/// and only then the message that names them is sealed.
final class Uploads {
  /// A file that is encrypted in the home, not yet part of a message.
  ///
  /// @param name its name, without folders
  /// @param mediaType its type
  /// @param key what decrypts it
  /// @param uploadId names the upload and the encrypted file
  record Prepared(String name, String mediaType, AttachmentKey key, Bytes uploadId) {}

  private static final int ID_LENGTH = 16;
  private static final long RETRY_MILLIS = 2000;
  private static final Map<String, String> MEDIA_TYPES =
      Map.ofEntries(
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("gif", "image/gif"),
          Map.entry("webp", "image/webp"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("mp4", "video/mp4"),
          Map.entry("webm", "video/webm"),
          Map.entry("mp3", "audio/mpeg"),
          Map.entry("ogg", "audio/ogg"),
          Map.entry("wav", "audio/wav"),
          Map.entry("pdf", "application/pdf"),
          Map.entry("zip", "application/zip"),
          Map.entry("json", "application/json"),
          Map.entry("txt", "text/plain"),
          Map.entry("md", "text/markdown"),
          Map.entry("html", "text/html"),
          Map.entry("csv", "text/csv"));

  private final Core core;
  private final Path folder;
  private final AtomicBoolean running = new AtomicBoolean();
  private final AtomicBoolean again = new AtomicBoolean();
  private volatile Optional<Outbox> outbox = Optional.empty();

  Uploads(Core core) {
    this.core = core;
    this.folder = core.store().outgoingFolder();
  }

  void feeds(Outbox fed) {
    outbox = Optional.of(fed);
  }

  /// Encrypts a file into the home. Blocks; not on the lane.
  ///
  /// @throws SottoException FILE, STORAGE_FULL
  Prepared prepare(Path file) {
    if (!Files.isRegularFile(file)) {
      throw SottoException.of(Code.FILE, "There is no file '" + file + "'.");
    }
    Bytes id = Bytes.of(core.randomBytes(ID_LENGTH));
    Path encrypted = path(id);
    Path part = encrypted.resolveSibling(encrypted.getFileName() + ".part");
    try (InputStream in = open(file)) {
      Files.createDirectories(folder);
      AttachmentKey key;
      try (OutputStream out = Files.newOutputStream(part)) {
        key = Attachments.encrypt(in, size(file), out);
      }
      DurableFiles.sync(part);
      Files.move(part, encrypted, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.syncFolder(folder);
      String name = name(file);
      return new Prepared(name, mediaType(name), key, id);
    } catch (IOException e) {
      delete(part);
      throw SottoException.of(
          Code.STORAGE_FULL, "The file cannot be copied into the home: is the disk full?", e);
    }
  }

  private static InputStream open(Path file) {
    try {
      return Files.newInputStream(file);
    } catch (IOException e) {
      throw SottoException.of(Code.FILE, "The file '" + file + "' cannot be read.", e);
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw SottoException.of(Code.FILE, "The file '" + file + "' cannot be read.", e);
    }
  }

  private static String name(Path file) {
    Path last = file.getFileName();
    String name = last == null ? "file" : last.toString();
    return FileNames.shorten(name, Contents.MAX_NAME_BYTES);
  }

  private static String mediaType(String name) {
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return MEDIA_TYPES.getOrDefault(ending, "application/octet-stream");
  }

  private Path path(Bytes uploadId) {
    return folder.resolve(uploadId.toString());
  }

  /// Deletes a prepared file that came to nothing.
  void discard(Prepared prepared) {
    delete(path(prepared.uploadId()));
  }

  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is swept away at the next start.
    }
  }

  /// Deletes encrypted files that no message waits for: of a crash between file and message, or
  /// between upload and deletion. Before anything is prepared; on the lane.
  void sweep() {
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Set<String> wanted = new HashSet<>();
    for (Attached.Entry entry : core.store().attached().waiting()) {
      entry.uploadId().ifPresent(id -> wanted.add(id.toString()));
    }
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

  /// Uploads what waits. Any thread; one run at a time.
  void wake() {
    again.set(true);
    core.session()
        .ifPresent(session -> {
          if (running.compareAndSet(false, true)) {
            core.inBackground("uploads", () -> run(session));
          }
        });
  }

  private void run(Session session) {
    try {
      while (again.getAndSet(false)) {
        for (Attached.Entry entry : core.lane().call(_ -> core.store().attached().waiting())) {
          upload(session, entry);
        }
      }
    } catch (SottoException e) {
      core.timers().after(e.retryAfter().map(w -> w.toMillis()).orElse(RETRY_MILLIS), this::wake);
    } finally {
      running.set(false);
    }
    if (again.get()) {
      wake();
    }
  }

  private void upload(Session session, Attached.Entry entry) {
    if (entry.uploadId().isEmpty()) {
      return;
    }
    Path file = path(entry.uploadId().get());
    UploadStart start =
        UploadStart.newBuilder()
            .setBlob(
                BlobDeclaration.newBuilder()
                    .setSize(entry.key().ciphertextSize())
                    .setSha256(ByteString.copyFrom(entry.key().ciphertextSha256().toArray()))
                    .setStorageClass(StorageClass.STORAGE_CLASS_TRANSIT)
                    .setUploadId(ByteString.copyFrom(entry.uploadId().get().toArray())))
            .build();
    try {
      UploadResponse answer = session.blobs().upload(start, file);
      switch (answer.getOutcomeCase()) {
        case UPLOADED -> done(entry, answer.getUploaded().getBlobId().toByteArray());
        case TOO_LARGE -> failed(entry, Failures.TOO_LARGE);
        case MISMATCH -> failed(entry, Failures.FILE_GONE);
        case QUOTA_EXCEEDED -> failed(entry, Failures.QUOTA);
        case ELSEWHERE, OUTCOME_NOT_SET ->
            throw SottoException.of(Code.SERVER_UNREACHABLE, "The upload was not answered.");
      }
    } catch (IOException e) {
      failed(entry, Failures.FILE_GONE);
    }
  }

  private void done(Attached.Entry entry, byte[] blobId) {
    if (blobId.length != Contents.BLOB_ID) {
      throw SottoException.of(Code.REFUSED, "The server's answer to an upload is malformed.");
    }
    core.lane()
        .call(tx -> {
          core.store().attached().uploaded(entry.message(), entry.place(), blobId);
          wakeLane(tx, entry);
          return true;
        });
    delete(path(entry.uploadId().orElseThrow()));
  }

  private void failed(Attached.Entry entry, Failure failure) {
    core.lane()
        .call(tx -> {
          core.store().attached().giveUp(entry.message());
          core.store().outgoing().removeMessage(entry.message());
          core.fail(tx, entry.message(), failure);
          wakeLane(tx, entry);
          return true;
        });
    delete(path(entry.uploadId().orElseThrow()));
  }

  private void wakeLane(Transaction tx, Attached.Entry entry) {
    Optional<AccountId> account =
        core.store()
            .messages()
            .state(entry.message())
            .map(Messages.State::contact)
            .flatMap(core.store().contacts()::find)
            .flatMap(c -> c.account());
    account.ifPresent(a -> tx.afterCommit(() -> outbox.ifPresent(o -> o.wake(a))));
    tx.afterCommit(core.progress()::raise);
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
                  Optional.of(file.uploadId())));
    }
  }
}
