package sotto.blob.s3;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import sotto.blob.BlobName;
import sotto.blob.BlobRecord;
import sotto.blob.Digest;
import sotto.blob.DirectTransfers;
import sotto.blob.Progress;
import sotto.blob.SignedCall;

/// Direct transfers with a bucket: each signed request is for one part of one multipart upload, of
/// exactly one length and SHA-256.
final class S3Direct implements DirectTransfers {
  private final Layout layout;
  private final Presigner presigner;
  private final RandomGenerator random;

  S3Direct(Layout layout, Presigner presigner, RandomGenerator random) {
    this.layout = layout;
    this.presigner = presigner;
    this.random = random;
  }

  @Override
  public boolean takes(long size) {
    return size > Layout.MOST_INLINE;
  }

  @Override
  public void start(BlobName name, BlobRecord record, int partSize) throws IOException {
    layout.clear(name);
    S3Progress state =
        S3Progress.none(
            Progress.none(record, partSize), Layout.generation(random), random.nextLong(), true);
    // First what leads to the multipart upload.
    save(name, state);
    save(name, state.in(layout.bucket().create(Keys.content(name, state.generation()), true)));
  }

  @Override
  public Optional<Long> sent(BlobName name) throws IOException {
    Optional<S3Progress> state = direct(name);
    return state.isEmpty()
        ? Optional.empty()
        : Optional.of(sent(parts(name, state.get()), state.get().progress()));
  }

  @Override
  public List<SignedCall> sign(BlobName name, int first, List<Digest> sha256) throws IOException {
    Optional<S3Progress> state = direct(name);
    List<SignedCall> calls = new ArrayList<>();
    if (state.isPresent()) {
      Progress progress = state.get().progress();
      for (int i = 0; i < sha256.size(); i++) {
        long length = length(progress, first + i);
        if (length > 0) {
          calls.add(sign(name, state.get(), first + i, length, sha256.get(i)));
        }
      }
    }
    return calls;
  }

  private SignedCall sign(BlobName name, S3Progress state, int part, long length, Digest sha256) {
    return presigner.sign(
        "PUT",
        Keys.content(name, state.generation()),
        Map.of("partNumber", Integer.toString(part + 1), "uploadId", state.uploadId()),
        Map.of(
            "content-length",
            Long.toString(length),
            "x-amz-checksum-sha256",
            Base64.getEncoder().encodeToString(sha256.bytes())));
  }

  @Override
  public boolean finish(BlobName name, BlobRecord record) throws IOException {
    Optional<S3Progress> found = direct(name);
    if (found.isEmpty()) {
      return false;
    }
    S3Progress state = found.get();
    String content = Keys.content(name, state.generation());
    List<Bucket.Sent> parts = parts(name, state);
    if (sent(parts, state.progress()) == record.size()) {
      var _ = layout.bucket().complete(content, state.uploadId(), parts);
    }
    // Also when it was completed before, by an answer that never came.
    if (!layout.bucket().size(content).equals(Optional.of(record.size()))) {
      return false;
    }
    layout.show(name, record, state.generation());
    layout.bucket().delete(Keys.upload(name));
    return true;
  }

  @Override
  public Optional<SignedCall> place(BlobName name) throws IOException {
    return layout
        .visible(name)
        .filter(head -> !head.inline())
        .map(head ->
            presigner.sign("GET", Keys.content(name, head.generation()), Map.of(), Map.of()));
  }

  private Optional<S3Progress> direct(BlobName name) throws IOException {
    return layout.upload(name).filter(S3Progress::direct).filter(s -> !s.uploadId().isEmpty());
  }

  private List<Bucket.Sent> parts(BlobName name, S3Progress state) throws IOException {
    return layout.bucket().parts(Keys.content(name, state.generation()), state.uploadId());
  }

  /// How many bytes the parts from the first one on are, as long as each is as large as it must be.
  private static long sent(List<Bucket.Sent> parts, Progress progress) {
    long sent = 0;
    for (int i = 0; i < parts.size(); i++) {
      Bucket.Sent part = parts.get(i);
      if (part.number() != i + 1 || part.size() != length(progress, i)) {
        break;
      }
      sent += part.size();
    }
    return sent;
  }

  /// @return 0 if there is no such part
  private static long length(Progress progress, int part) {
    long from = (long) part * progress.partSize();
    return Math.max(0, Math.min(progress.partSize(), progress.record().size() - from));
  }

  private void save(BlobName name, S3Progress state) throws IOException {
    layout.bucket().put(Keys.upload(name), state.encode());
  }
}
