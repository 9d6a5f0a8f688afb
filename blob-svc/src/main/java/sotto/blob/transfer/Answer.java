package sotto.blob.transfer;

import java.time.Duration;
import sotto.blob.BlobRecord;
import sotto.blob.Progress;
import sotto.blob.v1.BeginResponse;
import sotto.blob.v1.BlobTooLarge;
import sotto.blob.v1.ContentMismatch;
import sotto.blob.v1.QuotaExceeded;
import sotto.blob.v1.UploadPosition;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.Uploaded;

/// What an upload or its beginning is answered with.
sealed interface Answer {
  /// It is there.
  record Done(Declared declared, BlobRecord record) implements Answer {}

  /// Size or digest are others.
  record Mismatch() implements Answer {}

  /// It is too large.
  record TooLarge(long limitBytes) implements Answer {}

  /// The account has no room, or sends too much.
  ///
  /// @param retryAfter zero if only a deletion helps
  record NoRoom(long limitBytes, Duration retryAfter) implements Answer {}

  /// It is to be gone on with.
  ///
  /// @param committed bytes
  /// @param partSize bytes
  /// @param direct whether the client sends the parts to the object store
  record At(long committed, int partSize, boolean direct) implements Answer {
    static At streamed(Progress progress) {
      return new At(progress.committed(), progress.partSize(), false);
    }
  }

  /// As the answer of an upload.
  default UploadResponse ofUpload() {
    var response = UploadResponse.newBuilder();
    return switch (this) {
      case Done done -> response.setUploaded(uploaded(done)).build();
      case Mismatch _ -> response.setMismatch(ContentMismatch.getDefaultInstance()).build();
      case TooLarge(long limit) -> response.setTooLarge(tooLarge(limit)).build();
      case NoRoom noRoom -> response.setQuotaExceeded(exceeded(noRoom)).build();
      case At at -> response.setElsewhere(position(at)).build();
    };
  }

  /// As the answer of *begin*.
  default BeginResponse ofBegin() {
    var response = BeginResponse.newBuilder();
    return switch (this) {
      case Done done -> response.setUploaded(uploaded(done)).build();
      case Mismatch _ -> response.setMismatch(ContentMismatch.getDefaultInstance()).build();
      case TooLarge(long limit) -> response.setTooLarge(tooLarge(limit)).build();
      case NoRoom noRoom -> response.setQuotaExceeded(exceeded(noRoom)).build();
      case At at -> response.setPosition(position(at)).build();
    };
  }

  private static Uploaded.Builder uploaded(Done done) {
    return Uploaded.newBuilder()
        .setBlobId(done.declared().id())
        .setExpiresAtMs(done.record().expiresAtMillis());
  }

  private static BlobTooLarge.Builder tooLarge(long limit) {
    return BlobTooLarge.newBuilder().setLimitBytes(limit);
  }

  private static QuotaExceeded.Builder exceeded(NoRoom noRoom) {
    return QuotaExceeded.newBuilder()
        .setLimitBytes(noRoom.limitBytes())
        .setRetryAfterMs(noRoom.retryAfter().toMillis());
  }

  private static UploadPosition.Builder position(At at) {
    return UploadPosition.newBuilder()
        .setCommitted(at.committed())
        .setPartSize(at.partSize())
        .setDirect(at.direct());
  }
}
