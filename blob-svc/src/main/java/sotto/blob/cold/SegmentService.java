package sotto.blob.cold;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.BlobStore;
import sotto.blob.Digest;
import sotto.blob.Shelf;
import sotto.chain.AccountId;
import sotto.cold.v1.ColdServiceGrpc;
import sotto.cold.v1.DeleteKeptRequest;
import sotto.cold.v1.DeleteKeptResponse;
import sotto.cold.v1.DeleteSegmentsRequest;
import sotto.cold.v1.DeleteSegmentsResponse;
import sotto.cold.v1.GetSegmentRequest;
import sotto.cold.v1.GetSegmentResponse;
import sotto.cold.v1.PutSegmentRequest;
import sotto.cold.v1.PutSegmentResponse;
import sotto.cold.v1.SegmentKept;
import sotto.cold.v1.SegmentMismatch;
import sotto.cold.v1.SegmentNotFound;
import sotto.mesh.Scrubbed;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Cold parts of mailboxes, and the end of what accounts kept, for stores alone: the mesh lets
/// nobody else call this. Calls block.
///
/// A segment that does not have the digest it is kept with is answered as it is: whoever asked
/// knows what it must be.
public final class SegmentService extends ColdServiceGrpc.ColdServiceImplBase {
  private static final System.Logger LOG = System.getLogger(SegmentService.class.getName());

  private static final Duration LATER = Duration.ofSeconds(1);

  private final BlobStore store;
  private final Kept kept;
  private final long minFreeBytes;

  /// Deletes what an account kept.
  @FunctionalInterface
  public interface Kept {
    /// Deletes a blob, if it is that account's. Repeatable.
    void delete(AccountId account, BlobName name) throws IOException, InterruptedException;
  }

  /// Serves a store's shelf of segments.
  ///
  /// @param kept the shelf of accounts
  /// @param minFreeBytes what is left free on the disk
  public SegmentService(BlobStore store, Kept kept, long minFreeBytes) {
    this.store = store;
    this.kept = kept;
    this.minFreeBytes = minFreeBytes;
  }

  private static BlobName name(ByteString name) {
    return name(Shelf.COLD, name);
  }

  private static BlobName name(Shelf shelf, ByteString name) {
    return new BlobName(shelf, HexFormat.of().formatHex(name.toByteArray()));
  }

  /// One call.
  private interface Work<T> {
    T run() throws IOException, InterruptedException;
  }

  private static <T> void answer(StreamObserver<T> call, Work<T> work) {
    T answer;
    try {
      answer = work.run();
    } catch (StatusRuntimeException e) {
      call.onError(e);
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      call.onError(Statuses.unavailable("the blob service ends", LATER));
      return;
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "the blob store does not work", new Scrubbed(e));
      call.onError(Statuses.of(Reason.STORAGE_FULL, "the blob store does not work now"));
      return;
    }
    call.onNext(answer);
    call.onCompleted();
  }

  @Override
  public void putSegment(PutSegmentRequest request, StreamObserver<PutSegmentResponse> call) {
    answer(
        call,
        () -> {
          boolean kept = put(request);
          PutSegmentResponse.Builder response = PutSegmentResponse.newBuilder();
          return kept
              ? response.setKept(SegmentKept.getDefaultInstance()).build()
              : response.setMismatch(SegmentMismatch.getDefaultInstance()).build();
        });
  }

  private boolean put(PutSegmentRequest request) throws IOException {
    ByteString content = request.getContent();
    Digest digest = new Digest(request.getSha256().toByteArray());
    if (!Digest.of(content.toByteArray()).equals(digest)) {
      return false;
    }
    BlobName name = name(request.getName());
    BlobRecord record =
        new BlobRecord(content.size(), digest, request.getExpiresAtMs(), Optional.empty());
    Optional<BlobRecord> there = store.confirm(name);
    if (there.isPresent()) {
      return there.get().size() == record.size() && there.get().sha256().equals(digest);
    }
    if (store.freeBytes() - minFreeBytes < record.size()) {
      throw Statuses.of(
          Reason.STORAGE_FULL, "the server has no room for this", Map.of("limit", "space"));
    }
    try (BlobStore.Upload upload = store.begin(name, record)) {
      upload.write(content.asReadOnlyByteBuffer());
      upload.commit();
      return true;
    }
  }

  @Override
  public void getSegment(GetSegmentRequest request, StreamObserver<GetSegmentResponse> call) {
    answer(
        call,
        () -> {
          GetSegmentResponse.Builder response = GetSegmentResponse.newBuilder();
          Optional<ByteString> content = get(name(request.getName()));
          return content.isPresent()
              ? response.setContent(content.get()).build()
              : response.setNotFound(SegmentNotFound.getDefaultInstance()).build();
        });
  }

  private Optional<ByteString> get(BlobName name) throws IOException {
    Optional<BlobStore.Content> content;
    try {
      content = store.open(name);
    } catch (IOException e) {
      if (e.getCause() instanceof IllegalArgumentException) {
        // The record before it is damaged: these are other bytes than were put.
        LOG.log(System.Logger.Level.ERROR, "a segment's file is damaged", new Scrubbed(e));
        return Optional.of(ByteString.EMPTY);
      }
      throw e;
    }
    if (content.isEmpty()) {
      return Optional.empty();
    }
    try (BlobStore.Content open = content.get()) {
      return Optional.of(read(open));
    }
  }

  private static ByteString read(BlobStore.Content content) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(content.record().size()));
    while (bytes.hasRemaining()) {
      if (content.read(bytes.position(), bytes) < 0) {
        // A file that was cut short: the digest says so to whoever asked.
        break;
      }
    }
    return ByteString.copyFrom(bytes.flip());
  }

  @Override
  public void deleteSegments(
      DeleteSegmentsRequest request, StreamObserver<DeleteSegmentsResponse> call) {
    answer(
        call,
        () -> {
          for (ByteString name : request.getNamesList()) {
            store.delete(name(name));
          }
          return DeleteSegmentsResponse.getDefaultInstance();
        });
  }

  @Override
  public void deleteKept(DeleteKeptRequest request, StreamObserver<DeleteKeptResponse> call) {
    answer(
        call,
        () -> {
          var account = new AccountId(request.getAccountId().toByteArray());
          for (ByteString name : request.getNamesList()) {
            kept.delete(account, name(Shelf.KEPT, name));
          }
          return DeleteKeptResponse.getDefaultInstance();
        });
  }
}
