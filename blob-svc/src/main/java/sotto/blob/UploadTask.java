package sotto.blob;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.BlobTooLarge;
import sotto.blob.v1.ContentMismatch;
import sotto.blob.v1.QuotaExceeded;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;
import sotto.blob.v1.Uploaded;
import sotto.chain.AccountId;
import sotto.proto.Bounds;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// One upload from its first frame to its answer. Until the commit nothing of it can be seen, and
/// if there is none nothing is left.
final class UploadTask {
  private final Transfers transfers;
  private final AccountId account;
  private final UploadFrames frames;

  UploadTask(Transfers transfers, AccountId account, UploadFrames frames) {
    this.transfers = transfers;
    this.account = account;
    this.frames = frames;
  }

  /// Runs it. Blocks for as long as the client takes.
  ///
  /// @return the answer; empty when nobody waits for one
  /// @throws StatusRuntimeException if the upload ends without one
  /// @throws IOException if the store does not work
  Optional<UploadResponse> run() throws IOException, InterruptedException {
    return switch (frames.next()) {
      case UploadFrames.Item.Frame(UploadRequest first) when first.hasStart() ->
          admit(first.getStart());
      case UploadFrames.Item.Frame _, UploadFrames.Item.End _ ->
          throw Statuses.of(Reason.FRAME_OUT_OF_ORDER, "an upload begins with start");
      case UploadFrames.Item.Gone _ -> Optional.empty();
      case UploadFrames.Item.Silence _ -> throw silent();
    };
  }

  private Optional<UploadResponse> admit(UploadStart start)
      throws IOException, InterruptedException {
    if (start.getOffset() != 0) {
      throw Statuses.outOfBounds(
          new Bounds.Violation("start.offset", "must be 0: no offset was ever committed"));
    }
    BlobDeclaration blob = start.getBlob();
    long limit = transfers.config().maxBlobBytes();
    if (Long.compareUnsigned(blob.getSize(), limit) > 0) {
      return Optional.of(
          UploadResponse.newBuilder()
              .setTooLarge(BlobTooLarge.newBuilder().setLimitBytes(limit))
              .build());
    }
    Shelf shelf = Shelf.of(blob.getStorageClass());
    byte[] id = transfers.ids().id(account, blob.getUploadId().toByteArray(), shelf);
    BlobName name = BlobIds.name(shelf, id);
    BlobRecord record = record(blob, shelf);
    Optional<BlobRecord> there =
        transfers.store().confirm(name).filter(known -> !known.expired(transfers.now()));
    if (there.isPresent()) {
      boolean same = there.get().holds(record.size(), record.sha256());
      return Optional.of(same ? uploaded(id, there.get()) : mismatch());
    }
    transfers.uploads().take(account);
    try {
      return reserve(name, id, record);
    } finally {
      transfers.uploads().release(account);
    }
  }

  private Optional<UploadResponse> reserve(BlobName name, byte[] id, BlobRecord record)
      throws IOException, InterruptedException {
    boolean counted = record.owner().isPresent();
    if (counted && !transfers.quota().take(account, record.size())) {
      return Optional.of(
          UploadResponse.newBuilder().setQuotaExceeded(QuotaExceeded.getDefaultInstance()).build());
    }
    var outcome = Outcome.GONE;
    try {
      if (!transfers.room().reserve(record.size())) {
        throw Statuses.of(
            Reason.STORAGE_FULL, "the server has no room for this", Map.of("limit", "space"));
      }
      try {
        outcome = receive(name, record);
      } finally {
        transfers.room().release(record.size());
      }
      return switch (outcome) {
        case STORED -> Optional.of(uploaded(id, record));
        case MISMATCH -> Optional.of(mismatch());
        case GONE -> Optional.empty();
      };
    } finally {
      if (counted && outcome != Outcome.STORED) {
        transfers.quota().giveBack(account, record.size());
      }
    }
  }

  private enum Outcome {
    STORED,
    MISMATCH,
    GONE
  }

  private Outcome receive(BlobName name, BlobRecord record)
      throws IOException, InterruptedException {
    MessageDigest digest = Digest.sha256();
    long received = 0;
    try (BlobStore.Upload upload = transfers.store().begin(name, record)) {
      while (true) {
        switch (frames.next()) {
          case UploadFrames.Item.Frame(UploadRequest request) when request.hasChunk() -> {
            ByteBuffer chunk = request.getChunk().asReadOnlyByteBuffer();
            received += chunk.remaining();
            if (received > record.size()) {
              return Outcome.MISMATCH;
            }
            digest.update(chunk.duplicate());
            upload.write(chunk);
          }
          case UploadFrames.Item.Frame _ ->
              throw Statuses.of(Reason.FRAME_OUT_OF_ORDER, "an upload has one start");
          case UploadFrames.Item.End _ -> {
            if (!record.holds(received, new Digest(digest.digest()))) {
              return Outcome.MISMATCH;
            }
            upload.commit();
            transfers.stored(record.size());
            return Outcome.STORED;
          }
          case UploadFrames.Item.Gone _ -> {
            return Outcome.GONE;
          }
          case UploadFrames.Item.Silence _ -> throw silent();
        }
      }
    }
  }

  private BlobRecord record(BlobDeclaration blob, Shelf shelf) {
    return new BlobRecord(
        blob.getSize(),
        new Digest(blob.getSha256().toByteArray()),
        switch (shelf) {
          case TRANSIT -> transfers.now() + transfers.config().transitLife().toMillis();
          case KEPT -> 0;
        },
        switch (shelf) {
          case TRANSIT -> Optional.empty();
          case KEPT -> Optional.of(account);
        });
  }

  private static UploadResponse uploaded(byte[] id, BlobRecord record) {
    return UploadResponse.newBuilder()
        .setUploaded(
            Uploaded.newBuilder()
                .setBlobId(ByteString.copyFrom(id))
                .setExpiresAtMs(record.expiresAtMillis()))
        .build();
  }

  private static UploadResponse mismatch() {
    return UploadResponse.newBuilder().setMismatch(ContentMismatch.getDefaultInstance()).build();
  }

  private static StatusRuntimeException silent() {
    return Statuses.of(Reason.SILENT, "no chunk came for too long");
  }
}
