package sotto.blob.transfer;

import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.RunningDigest;
import sotto.blob.v1.UploadRequest;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// The chunks of one upload on their way into its parts. Each part is committed as soon as it is
/// full, the last one when the client says that this was all and size and digest are right; and
/// what there is of a part when the upload breaks off.
final class Reception {
  private final Transfers transfers;
  private final Declared declared;
  private final UploadFrames frames;
  private final BlobStore.Parts parts;
  private final RunningDigest digest;
  private long received;
  private long partEnd;
  // Of the store's room, what is set aside for bytes that are not committed yet.
  private long promised;

  /// What became of it.
  sealed interface Outcome {
    /// The blob is visible.
    record Stored(BlobRecord record) implements Outcome {}

    /// Size or digest are wrong.
    record Mismatch() implements Outcome {}

    /// The account is to wait; what is committed stays.
    record OverBudget(Duration retryAfter) implements Outcome {}

    /// Another connection goes on.
    record Lost() implements Outcome {}

    /// Nobody waits for an answer.
    record Gone() implements Outcome {}
  }

  /// @param parts where they go, open
  Reception(Transfers transfers, Declared declared, UploadFrames frames, BlobStore.Parts parts) {
    this.transfers = transfers;
    this.declared = declared;
    this.frames = frames;
    this.parts = parts;
    this.digest = parts.progress().midstate().resume();
    this.received = parts.progress().committed();
    this.partEnd = received;
  }

  /// Runs it. Blocks for as long as the client takes.
  ///
  /// @throws StatusRuntimeException if there is no room for it, or the client is silent
  Outcome run() throws IOException, InterruptedException {
    long lacks = declared.size() - received;
    if (!transfers.room().reserve(lacks)) {
      throw Statuses.of(
          Reason.STORAGE_FULL, "the server has no room for this", Map.of("limit", "space"));
    }
    promised = lacks;
    try {
      return receive();
    } finally {
      transfers.room().release(promised);
      if (!declared.kept()) {
        transfers.budget().giveBack(declared.account(), partEnd - received);
      }
    }
  }

  private Outcome receive() throws IOException, InterruptedException {
    while (true) {
      switch (frames.next()) {
        case UploadFrames.Item.Frame(UploadRequest request) when request.hasChunk() -> {
          Optional<Outcome> end = take(request.getChunk().asReadOnlyByteBuffer());
          if (end.isPresent()) {
            return end.get();
          }
        }
        case UploadFrames.Item.Frame _ ->
            throw Statuses.of(Reason.FRAME_OUT_OF_ORDER, "an upload has one start");
        case UploadFrames.Item.End _ -> {
          return finish();
        }
        case UploadFrames.Item.Lost _ -> {
          commit();
          return new Outcome.Lost();
        }
        case UploadFrames.Item.Gone _ -> {
          commit();
          return new Outcome.Gone();
        }
        case UploadFrames.Item.Silence _ -> {
          commit();
          throw Statuses.of(Reason.SILENT, "no chunk came for too long");
        }
      }
    }
  }

  private Optional<Outcome> take(ByteBuffer chunk) throws IOException {
    if (received + chunk.remaining() > declared.size()) {
      return Optional.of(new Outcome.Mismatch());
    }
    while (chunk.hasRemaining()) {
      if (received == partEnd) {
        Optional<Outcome> refused = beginPart();
        if (refused.isPresent()) {
          return refused;
        }
      }
      int length = (int) Math.min(chunk.remaining(), partEnd - received);
      ByteBuffer slice = chunk.slice(chunk.position(), length);
      chunk.position(chunk.position() + length);
      digest.update(slice.duplicate());
      parts.write(slice);
      received += length;
      if (received == partEnd && received < declared.size()) {
        commit();
      }
    }
    return Optional.empty();
  }

  private Optional<Outcome> beginPart() {
    long end = parts.progress().partEnd();
    Optional<Duration> wait =
        declared.kept()
            ? Optional.empty()
            : transfers.budget().take(declared.account(), end - received);
    if (wait.isEmpty()) {
      partEnd = end;
    }
    return wait.map(Outcome.OverBudget::new);
  }

  private void commit() throws IOException {
    long fresh = received - parts.progress().committed();
    if (fresh > 0) {
      parts.keep(digest.midstate());
      transfers.room().release(fresh);
      promised -= fresh;
    }
  }

  private Outcome finish() throws IOException {
    if (received != declared.size() || !digest.finish().equals(declared.sha256())) {
      return new Outcome.Mismatch();
    }
    BlobRecord record = declared.record(transfers.expiry());
    parts.commit(record);
    transfers.stored(record.size());
    return new Outcome.Stored(record);
  }
}
