package sotto.proto;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The one place where statuses are made and read: a gRPC status with exactly one
/// `google.rpc.ErrorInfo` in the domain `sotto`, whose reason is a [Reason].
public final class Statuses {
  /// The domain of every ErrorInfo of ours.
  public static final String DOMAIN = "sotto";

  private static final String RETRY_AFTER = "retry_after_ms";
  private static final String OWNER = "owner";
  private static final String LIMIT = "limit";
  private static final String FIELD = "field";

  private Statuses() {}

  /// A status for a reason.
  ///
  /// @param reason why
  /// @param message for people; never content, never who talks to whom
  /// @return the exception to end the call with
  public static StatusRuntimeException of(Reason reason, String message) {
    return of(reason, message, Map.of());
  }

  /// A status for a reason, with metadata.
  ///
  /// @param reason why
  /// @param message for people; never content, never who talks to whom
  /// @param metadata what programs need to know beside the reason
  /// @return the exception to end the call with
  public static StatusRuntimeException of(
      Reason reason, String message, Map<String, String> metadata) {
    var info =
        ErrorInfo.newBuilder()
            .setDomain(DOMAIN)
            .setReason(reason.name())
            .putAllMetadata(metadata)
            .build();
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(reason.code().value())
            .setMessage(message)
            .addDetails(Any.pack(info))
            .build());
  }

  /// The status of a call that came too soon.
  ///
  /// @param retryAfter how long the caller is to wait
  /// @return the exception to end the call with
  public static StatusRuntimeException rateLimited(Duration retryAfter) {
    return of(
        Reason.RATE_LIMITED,
        "too many calls",
        Map.of(RETRY_AFTER, Long.toString(retryAfter.toMillis())));
  }

  /// The status of a call that met a limit.
  ///
  /// @param limit its name
  /// @param retryAfter how long the caller is to wait
  /// @return the exception to end the call with
  public static StatusRuntimeException rateLimited(String limit, Duration retryAfter) {
    return of(
        Reason.RATE_LIMITED,
        "the limit " + limit + " is reached",
        Map.of(LIMIT, limit, RETRY_AFTER, Long.toString(retryAfter.toMillis())));
  }

  /// The limit that a call met.
  ///
  /// @param failure what the call threw
  /// @return its name; empty when the answer names none
  public static Optional<String> limit(Throwable failure) {
    return info(failure).map(i -> i.getMetadataOrDefault(LIMIT, "")).filter(l -> !l.isEmpty());
  }

  /// The status of a call that cannot be served just now.
  ///
  /// @param message for people; never content, never who talks to whom
  /// @param retryAfter how long the caller is to wait
  /// @return the exception to end the call with
  public static StatusRuntimeException unavailable(String message, Duration retryAfter) {
    return of(
        Reason.UNAVAILABLE, message, Map.of(RETRY_AFTER, Long.toString(retryAfter.toMillis())));
  }

  /// The status of a call to a store pod that does not own the account.
  ///
  /// @param owner as the bucket's row names it; empty = nobody
  /// @return the exception to end the call with
  public static StatusRuntimeException moved(String owner) {
    return of(Reason.MOVED, "another owner has this account", Map.of(OWNER, owner));
  }

  /// Who owns what was asked for, when a call failed with [Reason#MOVED].
  ///
  /// @param failure what the call threw
  /// @return the owner as the bucket's row names it, which may be empty = nobody; absent when the
  ///   call failed otherwise
  public static Optional<String> movedTo(Throwable failure) {
    return info(failure)
        .filter(i -> i.getReason().equals(Reason.MOVED.name()))
        .map(i -> i.getMetadataOrDefault(OWNER, ""));
  }

  /// The status of a message with a field out of its bound.
  ///
  /// @param violation what is wrong
  /// @return the exception to end the call with
  public static StatusRuntimeException outOfBounds(Bounds.Violation violation) {
    return of(
        Reason.FIELD_OUT_OF_BOUNDS,
        violation.field() + " " + violation.rule(),
        Map.of(FIELD, violation.field()));
  }

  /// The field for which a call failed with [Reason#FIELD_OUT_OF_BOUNDS].
  ///
  /// @param failure what the call threw
  /// @return its path, as the server wrote it; empty when the answer names none
  public static Optional<String> field(Throwable failure) {
    return info(failure).map(i -> i.getMetadataOrDefault(FIELD, "")).filter(f -> !f.isEmpty());
  }

  /// The reason that a failed call names.
  ///
  /// @param failure what the call threw
  /// @return the reason; empty when it names none of ours (a network fault, another kind of server)
  public static Optional<Reason> reason(Throwable failure) {
    return info(failure).flatMap(Statuses::known);
  }

  /// How long the answer asks to wait.
  ///
  /// @param failure what the call threw
  /// @return the wait, at most an hour; empty when it asks for none
  public static Optional<Duration> retryAfter(Throwable failure) {
    return info(failure).map(i -> i.getMetadataOrDefault(RETRY_AFTER, "")).flatMap(Statuses::wait);
  }

  /// Whether the same call may succeed later.
  ///
  /// @param failure what the call threw
  /// @return what the reason says, or for a status without one, whether its code is UNAVAILABLE,
  ///   DEADLINE_EXCEEDED or ABORTED
  public static boolean retryable(Throwable failure) {
    return reason(failure)
        .map(Reason::retryable)
        .orElseGet(() ->
            switch (Status.fromThrowable(failure).getCode()) {
              case UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED -> true;
              default -> false;
            });
  }

  private static Optional<Reason> known(ErrorInfo info) {
    for (var reason : Reason.values()) {
      if (reason.name().equals(info.getReason())) {
        return Optional.of(reason);
      }
    }
    return Optional.empty();
  }

  private static Optional<Duration> wait(String millis) {
    if (!millis.matches("[0-9]{1,9}")) {
      return Optional.empty();
    }
    return Optional.of(
        Duration.ofMillis(Math.min(Long.parseLong(millis), Duration.ofHours(1).toMillis())));
  }

  private static Optional<ErrorInfo> info(Throwable failure) {
    if (!(failure instanceof StatusRuntimeException) && !(failure instanceof StatusException)) {
      return Optional.empty();
    }
    var status = StatusProto.fromThrowable(failure);
    if (status == null) {
      return Optional.empty();
    }
    for (var detail : status.getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        try {
          var info = detail.unpack(ErrorInfo.class);
          if (info.getDomain().equals(DOMAIN)) {
            return Optional.of(info);
          }
        } catch (InvalidProtocolBufferException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
