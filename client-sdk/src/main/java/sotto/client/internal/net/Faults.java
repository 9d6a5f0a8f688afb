package sotto.client.internal.net;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What a failed call means for the user.
public final class Faults {
  private static final int MAX_CAUSES = 16;
  private static final Pattern FIELD_PATH = Pattern.compile("[a-z0-9_.\\[\\]]{1,100}");

  private Faults() {}

  /// The failure that an exception of gRPC stands for.
  public static SottoException of(Throwable failure) {
    if (failure instanceof SottoException sotto) {
      return sotto;
    }
    if (caused(failure, CertificateExpiredException.class)
        || caused(failure, CertificateNotYetValidException.class)) {
      return SottoException.of(
          Code.SERVER_UNTRUSTED,
          "The server's certificate is not valid at this time: is this machine's clock right?",
          failure);
    }
    if (caused(failure, CertificateException.class) || caused(failure, SSLException.class)) {
      return SottoException.of(
          Code.SERVER_UNTRUSTED,
          "The server cannot be trusted: its certificate is not signed by the CA given, or names"
              + " another host.",
          failure);
    }
    Optional<Reason> reason = Statuses.reason(failure);
    return reason.isPresent() ? of(reason.get(), failure) : byCode(failure);
  }

  private static SottoException of(Reason reason, Throwable failure) {
    return switch (reason) {
      case RATE_LIMITED ->
          SottoException.retryAfter(
              "The server asks to wait.",
              Statuses.retryAfter(failure).orElse(Duration.ofSeconds(1)));
      case UNAVAILABLE, MOVED, SHUTTING_DOWN, SILENT, STORAGE_FULL, INTERNAL ->
          SottoException.of(
              Code.SERVER_UNREACHABLE,
              "The server cannot serve this now.",
              failure,
              Statuses.retryAfter(failure));
      case TOKEN_MISSING, TOKEN_EXPIRED, TOKEN_INVALID ->
          SottoException.of(
              Code.REFUSED, "The server does not accept this device's token.", failure);
      case DEVICE_REMOVED ->
          SottoException.of(
              Code.DEVICE_REMOVED, "The server says that this device was removed.", failure);
      case ACCOUNT_DISABLED ->
          SottoException.of(
              Code.ACCOUNT_DISABLED, "The server's operator has disabled this account.", failure);
      case CONNECTION_NUMBER_TOO_HIGH ->
          SottoException.of(
              Code.REFUSED, "The server refuses this device's connection number.", failure);
      case FIELD_OUT_OF_BOUNDS ->
          SottoException.of(
              Code.REFUSED,
              "The server refused the call (" + reason + field(failure) + ").",
              failure);
      case FRAME_OUT_OF_ORDER, CALLER_NOT_ALLOWED, LIMIT_REACHED, NOT_SERVED ->
          SottoException.of(Code.REFUSED, "The server refused the call (" + reason + ").", failure);
    };
  }

  /// Which field, when the server names one as a path in our protocol is written.
  private static String field(Throwable failure) {
    return Statuses.field(failure)
        .filter(FIELD_PATH.asMatchPredicate())
        .map(field -> ": " + field)
        .orElse("");
  }

  private static SottoException byCode(Throwable failure) {
    Status.Code code = Status.fromThrowable(failure).getCode();
    return switch (code) {
      case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, ABORTED, INTERNAL, UNKNOWN ->
          SottoException.of(Code.SERVER_UNREACHABLE, "The server does not answer.", failure);
      default ->
          SottoException.of(Code.REFUSED, "The server refused the call (" + code + ").", failure);
    };
  }

  /// Whether a call failed because its token is no longer good.
  public static boolean wantsToken(Throwable failure) {
    return (failure instanceof StatusRuntimeException || failure instanceof StatusException)
        && Status.fromThrowable(failure).getCode() == Status.Code.UNAUTHENTICATED;
  }

  /// Whether the server refused what was in a call.
  public static boolean isOutOfBounds(SottoException failure) {
    Throwable cause = failure.getCause();
    return cause != null
        && Statuses.reason(cause).filter(Reason.FIELD_OUT_OF_BOUNDS::equals).isPresent();
  }

  private static boolean caused(Throwable failure, Class<? extends Throwable> by) {
    Throwable cause = failure;
    for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
      if (by.isInstance(cause)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
