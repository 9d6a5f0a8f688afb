package sotto.store.decision;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.sql.Readers;

/// Refuses the calls of devices whose account is disabled: their tokens live on for minutes. Blocks
/// for one query. Calls that are made for nobody pass.
public final class LockedOut implements ServerInterceptor {
  private final Readers readers;

  /// Asks the database.
  public LockedOut(Readers readers) {
    this.readers = readers;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (Caller.current()
        .filter(caller -> Decision.disabled(readers, caller.account()))
        .isPresent()) {
      throw Statuses.of(Reason.ACCOUNT_DISABLED, "the account is disabled");
    }
    return next.startCall(call, headers);
  }
}
