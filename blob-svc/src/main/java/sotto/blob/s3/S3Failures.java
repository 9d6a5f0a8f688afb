package sotto.blob.s3;

import io.minio.errors.ErrorResponseException;
import io.minio.errors.InvalidResponseException;
import io.minio.errors.ServerException;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import sotto.blob.StoreAwayException;
import sotto.blob.StoreFullException;

/// What failures of an S3 mean.
final class S3Failures {
  private static final Set<String> FULL =
      Set.of(
          "XMinioStorageFull",
          "InsufficientStorage",
          "QuotaExceeded",
          "XMinioAdminBucketQuotaExceeded");
  private static final Set<String> BUSY =
      Set.of(
          "SlowDown",
          "SlowDownRead",
          "SlowDownWrite",
          "ServiceUnavailable",
          "InternalError",
          "RequestTimeout",
          "XMinioServerNotInitialized",
          "OperationAborted");
  private static final int SERVER_FAULT = 500;
  private static final int FULL_STATUS = 507;

  private S3Failures() {}

  static StoreAwayException away(String what, Throwable cause) {
    return new StoreAwayException(what, cause);
  }

  /// The code that the S3 gave.
  static Optional<String> code(Throwable failure) {
    return unwrapped(failure) instanceof ErrorResponseException e
        ? Optional.ofNullable(e.errorResponse().code())
        : Optional.empty();
  }

  static IOException meaning(Throwable failure) {
    Throwable cause = unwrapped(failure);
    return switch (cause) {
      case ErrorResponseException e -> refused(e);
      case ServerException e ->
          e.statusCode() == FULL_STATUS
              ? new StoreFullException(e)
              : away("the object store does not work now", e);
      case InvalidResponseException e -> away("something else answers for the object store", e);
      case IOException e -> away("the object store does not answer", e);
      case TimeoutException e -> away("the object store does not answer", e);
      default -> new IOException("the object store cannot be used", cause);
    };
  }

  private static IOException refused(ErrorResponseException e) {
    String code = code(e).orElse("");
    if (FULL.contains(code)) {
      return new StoreFullException(e);
    }
    return BUSY.contains(code) || e.response().code() >= SERVER_FAULT
        ? away("the object store is busy", e)
        : new IOException("the object store refuses: " + code, e);
  }

  private static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
