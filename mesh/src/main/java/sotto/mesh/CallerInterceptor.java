package sotto.mesh;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Makes the caller that an internal call names the current one ([Caller#current]).
///
/// Only for servers that nobody but our own services can reach. Half a caller or a malformed one
/// ends the call with [Reason#CALLER_NOT_ALLOWED]; stands inside a [FailureInterceptor].
public final class CallerInterceptor implements ServerInterceptor {
  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    Optional<Caller> caller = read(headers);
    return caller.isEmpty()
        ? next.startCall(call, headers)
        : Contexts.interceptCall(caller.get().in(Context.current()), call, headers, next);
  }

  private static Optional<Caller> read(Metadata headers) {
    var account = headers.get(Caller.ACCOUNT);
    var device = headers.get(Caller.DEVICE);
    if (account == null && device == null) {
      return Optional.empty();
    }
    if (account == null
        || device == null
        || account.length != AccountId.LENGTH
        || !device.matches("[0-9]{1,3}")
        || !DeviceId.valid(Integer.parseInt(device))) {
      throw Statuses.of(Reason.CALLER_NOT_ALLOWED, "the caller's headers are malformed");
    }
    return Optional.of(new Caller(new AccountId(account), new DeviceId(Integer.parseInt(device))));
  }
}
