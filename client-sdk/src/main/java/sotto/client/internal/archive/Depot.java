package sotto.client.internal.archive;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.QuotaExceeded;
import sotto.blob.v1.StorageClass;
import sotto.blob.v1.UploadResponse;
import sotto.chain.Bytes;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.files.AttachmentFormat;
import sotto.client.internal.net.Blobs;
import sotto.client.internal.net.Faults;
import sotto.crypto.ArchiveKey;

/// The server as the place where segments and pieces of backups are. Every call blocks, and throws
/// a [SottoException] when the server does not answer now.
public final class Depot {

  /// What became of an upload.
  public sealed interface Put {}

  /// The server has it.
  public record Stored(Bytes blobId) implements Put {}

  /// The account has no room left.
  ///
  /// @param limit what it may have, bytes
  /// @param retryAfter when to come back; empty = once something was deleted
  public record NoRoom(long limit, Optional<Duration> retryAfter) implements Put {}

  /// The server will never take it, or the file is not what was declared.
  public record Unacceptable() implements Put {}

  /// The file cannot be read here.
  public record Unreadable() implements Put {}

  private final Supplier<Optional<Blobs>> connection;

  /// @param connection the connection, while there is one
  public Depot(Supplier<Optional<Blobs>> connection) {
    this.connection = connection;
  }

  private Blobs blobs() {
    return connection
        .get()
        .orElseThrow(() ->
            SottoException.of(Code.SERVER_UNREACHABLE, "There is no connection to the server."));
  }

  /// Uploads ciphertext, to be kept until this account deletes it. The same upload again gives the
  /// same blob.
  ///
  /// @param size of the file, bytes
  /// @param sha256 its digest
  /// @param uploadId names the upload
  public Put put(long size, Bytes sha256, Bytes uploadId, Path file) {
    BlobDeclaration blob =
        BlobDeclaration.newBuilder()
            .setSize(size)
            .setSha256(ByteString.copyFrom(sha256.toArray()))
            .setStorageClass(StorageClass.STORAGE_CLASS_KEPT)
            .setUploadId(ByteString.copyFrom(uploadId.toArray()))
            .build();
    try {
      UploadResponse answer = blobs().upload(blob, 0, file, _ -> true).orElseThrow();
      return switch (answer.getOutcomeCase()) {
        case UPLOADED -> stored(answer.getUploaded().getBlobId());
        case QUOTA_EXCEEDED -> noRoom(answer.getQuotaExceeded());
        case TOO_LARGE, MISMATCH -> new Unacceptable();
        case ELSEWHERE, OUTCOME_NOT_SET ->
            throw SottoException.of(Code.SERVER_UNREACHABLE, "The upload was not answered.");
      };
    } catch (IOException e) {
      return new Unreadable();
    }
  }

  private static Put stored(ByteString blobId) {
    if (blobId.size() != AttachmentFormat.BLOB_ID) {
      throw SottoException.of(Code.REFUSED, "The server's answer to an upload is malformed.");
    }
    return new Stored(Bytes.of(blobId.toByteArray()));
  }

  private static Put noRoom(QuotaExceeded quota) {
    return new NoRoom(
        quota.getLimitBytes(),
        quota.getRetryAfterMs() > 0
            ? Optional.of(Duration.ofMillis(quota.getRetryAfterMs()))
            : Optional.empty());
  }

  /// A blob of a segment's size.
  ///
  /// @param size how many bytes it must have; more than a segment can have is not asked for
  /// @return empty if the server has none of this size
  public Optional<byte[]> get(Bytes blobId, long size) {
    if (size < 0 || size > ArchiveKey.blobSize(ArchiveKey.MAX_SEGMENT)) {
      return Optional.empty();
    }
    if (!(blobs().download(blobId.toArray(), 0, size) instanceof Blobs.Bytes(InputStream opened))) {
      return Optional.empty();
    }
    try (InputStream in = opened) {
      byte[] blob = in.readNBytes((int) size);
      return blob.length == size && in.read() < 0 ? Optional.of(blob) : Optional.empty();
    } catch (IOException e) {
      throw e.getCause() instanceof StatusRuntimeException broken
          ? Faults.of(broken)
          : SottoException.of(Code.SERVER_UNREACHABLE, "The download broke off.", e);
    }
  }

  /// Deletes a blob; one that is not there is deleted.
  public void delete(Bytes blobId) {
    blobs().delete(blobId.toArray());
  }
}
