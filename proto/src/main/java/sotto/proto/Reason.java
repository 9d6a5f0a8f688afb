package sotto.proto;

import io.grpc.Status;

/// Why an RPC failed: the complete table, the same for every service. What one RPC can answer by
/// its nature is not here but an arm of its response's `oneof`.
///
/// A reason's name is stable; clients switch on it. `proto/README.md` shows the table to people.
public enum Reason {
  /// A field breaks the bound its proto states; metadata `field` names it.
  FIELD_OUT_OF_BOUNDS(Status.Code.INVALID_ARGUMENT, false),
  /// A stream's frames came in an order that its proto forbids.
  FRAME_OUT_OF_ORDER(Status.Code.FAILED_PRECONDITION, false),
  /// The call needs a token and has none.
  TOKEN_MISSING(Status.Code.UNAUTHENTICATED, false),
  /// The token has ended; sign in again.
  TOKEN_EXPIRED(Status.Code.UNAUTHENTICATED, true),
  /// The token is not one of this server's.
  TOKEN_INVALID(Status.Code.UNAUTHENTICATED, false),
  /// The device is not in its account's chain any more.
  DEVICE_REMOVED(Status.Code.PERMISSION_DENIED, false),
  /// The server's operator has disabled the account.
  ACCOUNT_DISABLED(Status.Code.PERMISSION_DENIED, false),
  /// The caller may not call this.
  CALLER_NOT_ALLOWED(Status.Code.PERMISSION_DENIED, false),
  /// The connection number is more than 2^20 above the highest this device has used.
  CONNECTION_NUMBER_TOO_HIGH(Status.Code.FAILED_PRECONDITION, false),
  /// Too many calls; metadata `retry_after_ms` says how long to wait, `limit` which limit it was.
  RATE_LIMITED(Status.Code.RESOURCE_EXHAUSTED, true),
  /// The server holds all it may hold of this; metadata `limit` names it.
  LIMIT_REACHED(Status.Code.RESOURCE_EXHAUSTED, false),
  /// A server behind this one does not answer; what was asked may have happened.
  UNAVAILABLE(Status.Code.UNAVAILABLE, true),
  /// Another store pod owns the account, and nothing was done; metadata `owner` names it, empty =
  /// nobody. Between services only.
  MOVED(Status.Code.UNAVAILABLE, true),
  /// The storage takes no more writes (its disk is full, for instance).
  STORAGE_FULL(Status.Code.UNAVAILABLE, true),
  /// The server is leaving; connect again.
  SHUTTING_DOWN(Status.Code.UNAVAILABLE, true),
  /// The client was silent for too long.
  SILENT(Status.Code.DEADLINE_EXCEEDED, true),
  /// This version does not serve the call.
  NOT_SERVED(Status.Code.UNIMPLEMENTED, false),
  /// A fault of the server, logged there.
  INTERNAL(Status.Code.INTERNAL, true);

  private final Status.Code code;
  private final boolean retryable;

  Reason(Status.Code code, boolean retryable) {
    this.code = code;
    this.retryable = retryable;
  }

  /// The gRPC status code it travels with.
  ///
  /// @return never OK
  public Status.Code code() {
    return code;
  }

  /// Whether the same call may succeed later without a change by the caller.
  ///
  /// @return true if it is worth trying again, with back-off
  public boolean retryable() {
    return retryable;
  }
}
