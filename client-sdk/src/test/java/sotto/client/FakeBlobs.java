package sotto.client;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import sotto.blob.v1.BeginRequest;
import sotto.blob.v1.BeginResponse;
import sotto.blob.v1.BlobDeclaration;
import sotto.blob.v1.BlobDeleted;
import sotto.blob.v1.BlobNotFound;
import sotto.blob.v1.BlobRenewed;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.BlobTooLarge;
import sotto.blob.v1.ContentMismatch;
import sotto.blob.v1.DeleteRequest;
import sotto.blob.v1.DeleteResponse;
import sotto.blob.v1.DirectPlace;
import sotto.blob.v1.DownloadRequest;
import sotto.blob.v1.DownloadResponse;
import sotto.blob.v1.DownloadStart;
import sotto.blob.v1.FinishRequest;
import sotto.blob.v1.LocateRequest;
import sotto.blob.v1.LocateResponse;
import sotto.blob.v1.QuotaExceeded;
import sotto.blob.v1.RenewRequest;
import sotto.blob.v1.RenewResponse;
import sotto.blob.v1.SignPartsRequest;
import sotto.blob.v1.SignPartsResponse;
import sotto.blob.v1.SignedRequest;
import sotto.blob.v1.StorageClass;
import sotto.blob.v1.StreamedPlace;
import sotto.blob.v1.UploadPosition;
import sotto.blob.v1.UploadRequest;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;
import sotto.blob.v1.Uploaded;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// The blob service over memory: parts that stay when an upload breaks off, ranges, renewal; and
/// knobs to make it fail. Everything is guarded by its own monitor.
final class FakeBlobs extends BlobServiceGrpc.BlobServiceImplBase {
  static final int PART = 64 * 1024;
  private static final int CHUNK = 65_536;

  private static final class Pending {
    final BlobDeclaration blob;
    final ByteArrayOutputStream committed = new ByteArrayOutputStream();
    final Map<Integer, byte[]> parts = new TreeMap<>();

    Pending(BlobDeclaration blob) {
      this.blob = blob;
    }
  }

  private final SecureRandom random = new SecureRandom();
  private final Consumer<FakeServer.BlobCall> calls;
  private final Map<ByteString, byte[]> blobs = new HashMap<>();
  private final Map<ByteString, ByteString> finished = new HashMap<>();
  private final Map<ByteString, Pending> pending = new HashMap<>();

  /// Where uploads began, in order.
  final List<Long> uploadOffsets = new ArrayList<>();

  /// Where downloads began, in order.
  final List<Long> downloadOffsets = new ArrayList<>();

  long uploadedBytes;
  int renewals;
  long limit = Long.MAX_VALUE;
  long keptLimit = Long.MAX_VALUE;
  Function<BlobDeclaration, Optional<QuotaExceeded>> quota = _ -> Optional.empty();

  /// The next uploads break off once so much of a blob is committed, one entry each.
  final List<Long> uploadBreaks = new ArrayList<>();

  /// The next downloads break off after so many bytes, one entry each.
  final List<Integer> downloadBreaks = new ArrayList<>();

  /// Where parts are to be sent and blobs fetched directly; empty = nowhere.
  Optional<String> direct = Optional.empty();

  /// What the URLs of the store of objects become.
  UnaryOperator<String> urls = UnaryOperator.identity();

  /// @param calls told of each call before it is served
  FakeBlobs(Consumer<FakeServer.BlobCall> calls) {
    this.calls = calls;
  }

  synchronized void damage() {
    blobs.values().forEach(b -> b[b.length / 2] ^= 1);
  }

  /// Damages the end alone.
  synchronized void damageEnd() {
    blobs.values().forEach(b -> b[b.length - 1] ^= 1);
  }

  /// Cuts bytes off all blobs.
  synchronized void truncate(int by) {
    blobs.replaceAll((_, b) -> java.util.Arrays.copyOf(b, b.length - by));
  }

  /// Every blob has the bytes of another one.
  synchronized void swap() {
    List<ByteString> ids = List.copyOf(blobs.keySet());
    byte[] first = Objects.requireNonNull(blobs.get(ids.getFirst()));
    for (int i = 0; i < ids.size(); i++) {
      byte[] next = i + 1 < ids.size() ? Objects.requireNonNull(blobs.get(ids.get(i + 1))) : first;
      blobs.put(ids.get(i), next);
    }
  }

  synchronized void drop() {
    blobs.clear();
    finished.clear();
  }

  synchronized int count() {
    return blobs.size();
  }

  synchronized long bytes() {
    return blobs.values().stream().mapToLong(b -> b.length).sum();
  }

  synchronized long committed() {
    return pending.values().stream().mapToLong(p -> p.committed.size()).sum();
  }

  private <R> void answer(StreamObserver<R> observer, Function<FakeBlobs, R> call) {
    R response;
    synchronized (this) {
      response = call.apply(this);
    }
    observer.onNext(response);
    observer.onCompleted();
  }

  @Override
  public void begin(BeginRequest request, StreamObserver<BeginResponse> observer) {
    var _ = FakeServer.caller();
    answer(observer, _ -> begin(request.getBlob(), request.getDirect() && direct.isPresent()));
  }

  private BeginResponse begin(BlobDeclaration blob, boolean directly) {
    BeginResponse.Builder answer = BeginResponse.newBuilder();
    Optional<UploadResponse> refused = refusal(blob);
    if (refused.isPresent()) {
      UploadResponse r = refused.get();
      return switch (r.getOutcomeCase()) {
        case UPLOADED -> answer.setUploaded(r.getUploaded()).build();
        case MISMATCH -> answer.setMismatch(r.getMismatch()).build();
        case TOO_LARGE -> answer.setTooLarge(r.getTooLarge()).build();
        case QUOTA_EXCEEDED -> answer.setQuotaExceeded(r.getQuotaExceeded()).build();
        case ELSEWHERE, OUTCOME_NOT_SET -> throw new IllegalStateException();
      };
    }
    if (directly) {
      pending.computeIfAbsent(blob.getUploadId(), _ -> new Pending(blob));
    }
    return answer.setPosition(position(blob).toBuilder().setDirect(directly)).build();
  }

  private SignedRequest signed(String path) {
    return SignedRequest.newBuilder()
        .setUrl(urls.apply(direct.orElseThrow() + path))
        .putHeaders("Host", "ignored.example")
        .putHeaders("x-amz-meta-proof", "signed")
        .setExpiresAtMs(System.currentTimeMillis() + 60_000)
        .build();
  }

  /// Takes a part from the store of objects.
  synchronized boolean takePart(String upload, int number, byte[] bytes) {
    Pending to = pending.get(ByteString.copyFrom(java.util.HexFormat.of().parseHex(upload)));
    if (to == null) {
      return false;
    }
    to.parts.put(number, bytes);
    return true;
  }

  /// A blob for the store of objects.
  synchronized Optional<byte[]> blob(String id) {
    return Optional.ofNullable(
        blobs.get(ByteString.copyFrom(java.util.HexFormat.of().parseHex(id))));
  }

  private static String hex(ByteString bytes) {
    return java.util.HexFormat.of().formatHex(bytes.toByteArray());
  }

  private Optional<UploadResponse> refusal(BlobDeclaration blob) {
    UploadResponse.Builder answer = UploadResponse.newBuilder();
    ByteString id = finished.get(blob.getUploadId());
    Pending known = pending.get(blob.getUploadId());
    Optional<QuotaExceeded> exceeded = quota.apply(blob);
    if (id != null) {
      return Optional.of(answer.setUploaded(uploaded(id)).build());
    }
    if (known != null && !known.blob.equals(blob)) {
      return Optional.of(answer.setMismatch(ContentMismatch.getDefaultInstance()).build());
    }
    if (blob.getSize() > limit) {
      return Optional.of(
          answer.setTooLarge(BlobTooLarge.newBuilder().setLimitBytes(limit)).build());
    }
    if (blob.getStorageClass() == StorageClass.STORAGE_CLASS_KEPT
        && bytes() + blob.getSize() > keptLimit) {
      return Optional.of(
          answer.setQuotaExceeded(QuotaExceeded.newBuilder().setLimitBytes(keptLimit)).build());
    }
    return exceeded.map(e -> answer.setQuotaExceeded(e).build());
  }

  private UploadPosition position(BlobDeclaration blob) {
    Pending known = pending.get(blob.getUploadId());
    return UploadPosition.newBuilder()
        .setCommitted(known == null ? 0 : known.committed.size())
        .setPartSize(PART)
        .build();
  }

  private static Uploaded uploaded(ByteString id) {
    return Uploaded.newBuilder()
        .setBlobId(id)
        .setExpiresAtMs(System.currentTimeMillis() + Duration.ofDays(45).toMillis())
        .build();
  }

  @Override
  public StreamObserver<UploadRequest> upload(StreamObserver<UploadResponse> observer) {
    var _ = FakeServer.caller();
    calls.accept(FakeServer.BlobCall.UPLOAD);
    return new Incoming(observer);
  }

  /// One call of `Upload`.
  private final class Incoming implements StreamObserver<UploadRequest> {
    private final StreamObserver<UploadResponse> observer;
    private final ByteArrayOutputStream part = new ByteArrayOutputStream();
    private Optional<Pending> upload = Optional.empty();
    private long breakAt = Long.MAX_VALUE;
    private boolean over;

    Incoming(StreamObserver<UploadResponse> observer) {
      this.observer = observer;
    }

    @Override
    public void onNext(UploadRequest request) {
      synchronized (FakeBlobs.this) {
        if (over) {
          return;
        }
        if (request.hasStart()) {
          start(request.getStart());
        } else {
          take(request.getChunk().toByteArray());
        }
      }
    }

    private void start(UploadStart start) {
      BlobDeclaration blob = start.getBlob();
      uploadOffsets.add(start.getOffset());
      Optional<UploadResponse> refused = refusal(blob);
      if (refused.isPresent()) {
        end(refused.get());
        return;
      }
      UploadPosition position = position(blob);
      if (start.getOffset() != position.getCommitted()) {
        end(UploadResponse.newBuilder().setElsewhere(position).build());
        return;
      }
      upload = Optional.of(pending.computeIfAbsent(blob.getUploadId(), _ -> new Pending(blob)));
      breakAt = uploadBreaks.isEmpty() ? Long.MAX_VALUE : uploadBreaks.removeFirst();
    }

    private void take(byte[] chunk) {
      Pending to = upload.orElseThrow();
      uploadedBytes += chunk.length;
      for (byte b : chunk) {
        part.write(b);
        if (part.size() == PART) {
          to.committed.writeBytes(part.toByteArray());
          part.reset();
        }
      }
      if (to.committed.size() >= breakAt) {
        over = true;
        observer.onError(Statuses.of(Reason.SHUTTING_DOWN, "broken off"));
      }
    }

    private void end(UploadResponse answer) {
      over = true;
      observer.onNext(answer);
      observer.onCompleted();
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {
      synchronized (FakeBlobs.this) {
        if (!over) {
          end(finish(upload.orElseThrow(), part.toByteArray()));
        }
      }
    }
  }

  private UploadResponse finish(Pending upload, byte[] rest) {
    upload.committed.writeBytes(rest);
    byte[] bytes = upload.committed.toByteArray();
    pending.remove(upload.blob.getUploadId());
    if (bytes.length != upload.blob.getSize()
        || !ByteString.copyFrom(sha256(bytes)).equals(upload.blob.getSha256())) {
      return UploadResponse.newBuilder().setMismatch(ContentMismatch.getDefaultInstance()).build();
    }
    byte[] id = new byte[32];
    random.nextBytes(id);
    ByteString blobId = ByteString.copyFrom(id);
    blobs.put(blobId, bytes);
    finished.put(upload.blob.getUploadId(), blobId);
    return UploadResponse.newBuilder().setUploaded(uploaded(blobId)).build();
  }

  @Override
  public void signParts(SignPartsRequest request, StreamObserver<SignPartsResponse> observer) {
    answer(
        observer,
        _ -> {
          SignPartsResponse.Builder parts = SignPartsResponse.newBuilder();
          for (int i = 0; i < request.getPartSha256Count() && direct.isPresent(); i++) {
            parts.addParts(
                signed(
                    "/part/"
                        + hex(request.getBlob().getUploadId())
                        + "/"
                        + (request.getFirstPart() + i)));
          }
          return parts.build();
        });
  }

  @Override
  public void finish(FinishRequest request, StreamObserver<UploadResponse> observer) {
    answer(
        observer,
        _ -> {
          Pending upload = pending.get(request.getBlob().getUploadId());
          if (upload == null || upload.parts.isEmpty()) {
            return UploadResponse.newBuilder()
                .setElsewhere(UploadPosition.newBuilder().setPartSize(PART))
                .build();
          }
          upload.parts.values().forEach(upload.committed::writeBytes);
          return finish(upload, new byte[0]);
        });
  }

  @Override
  public void locate(LocateRequest request, StreamObserver<LocateResponse> observer) {
    var _ = FakeServer.caller();
    answer(
        observer,
        _ -> {
          byte[] blob = blobs.get(request.getBlobId());
          return blob == null
              ? LocateResponse.newBuilder().setNotFound(BlobNotFound.getDefaultInstance()).build()
              : direct.isPresent()
                  ? LocateResponse.newBuilder()
                      .setDirect(
                          DirectPlace.newBuilder()
                              .setRequest(signed("/blob/" + hex(request.getBlobId())))
                              .setSize(blob.length))
                      .build()
                  : LocateResponse.newBuilder()
                      .setStreamed(StreamedPlace.newBuilder().setSize(blob.length))
                      .build();
        });
  }

  @Override
  public void renew(RenewRequest request, StreamObserver<RenewResponse> observer) {
    var _ = FakeServer.caller();
    answer(
        observer,
        _ -> {
          if (!blobs.containsKey(request.getBlobId())) {
            return RenewResponse.newBuilder()
                .setNotFound(BlobNotFound.getDefaultInstance())
                .build();
          }
          renewals++;
          return RenewResponse.newBuilder()
              .setRenewed(
                  BlobRenewed.newBuilder()
                      .setExpiresAtMs(uploaded(request.getBlobId()).getExpiresAtMs()))
              .build();
        });
  }

  @Override
  public void delete(DeleteRequest request, StreamObserver<DeleteResponse> observer) {
    var _ = FakeServer.caller();
    calls.accept(FakeServer.BlobCall.DELETE);
    answer(
        observer,
        _ ->
            blobs.remove(request.getBlobId()) == null
                ? DeleteResponse.newBuilder().setNotFound(BlobNotFound.getDefaultInstance()).build()
                : DeleteResponse.newBuilder().setDeleted(BlobDeleted.getDefaultInstance()).build());
  }

  @Override
  public void download(DownloadRequest request, StreamObserver<DownloadResponse> observer) {
    calls.accept(FakeServer.BlobCall.DOWNLOAD);
    Optional<byte[]> found;
    Optional<Integer> breakAfter;
    synchronized (this) {
      downloadOffsets.add(request.getOffset());
      found = Optional.ofNullable(blobs.get(request.getBlobId()));
      breakAfter =
          found.isEmpty() || downloadBreaks.isEmpty()
              ? Optional.empty()
              : Optional.of(downloadBreaks.removeFirst());
    }
    if (found.isEmpty()) {
      observer.onNext(
          DownloadResponse.newBuilder().setNotFound(BlobNotFound.getDefaultInstance()).build());
      observer.onCompleted();
      return;
    }
    byte[] blob = found.get();
    int end =
        breakAfter
            .map(count -> (int) Math.min(blob.length, request.getOffset() + count))
            .orElse(blob.length);
    observer.onNext(
        DownloadResponse.newBuilder()
            .setStart(DownloadStart.newBuilder().setSize(blob.length))
            .build());
    for (int at = (int) request.getOffset(); at < end; at += CHUNK) {
      observer.onNext(
          DownloadResponse.newBuilder()
              .setChunk(ByteString.copyFrom(blob, at, Math.min(CHUNK, end - at)))
              .build());
    }
    if (breakAfter.isPresent()) {
      observer.onError(Statuses.of(Reason.SHUTTING_DOWN, "broken off"));
    } else {
      observer.onCompleted();
    }
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
