package sotto.relay.edge;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import sotto.chain.DeviceId;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// The door of the public services: makes the device that a token names the current [Caller], and
/// lets nobody without one in, but to the methods that need none.
///
/// The caller comes from the token and from nowhere else: headers of a client that look like those
/// between services have no meaning here. Nothing blocks.
public final class TokenGate implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BEARER = "Bearer ";
  private static final Duration COME_BACK = Duration.ofSeconds(1);

  private final TokenVerifier verifier;
  private final TokenKeys keys;
  private final Set<String> open;
  private final Set<String> restoring;

  /// A gate.
  ///
  /// @param clock to see whether a token has ended
  /// @param keys what tokens are checked with
  /// @param open full names of the methods that need no token; a token sent to them all the same is
  ///   not looked at
  /// @param restoring full names of the only methods that a restore token opens; what serves them
  ///   looks at the caller's account and not at its device
  public TokenGate(Clock clock, TokenKeys keys, Set<String> open, Set<String> restoring) {
    this.verifier = new TokenVerifier(clock, keys);
    this.keys = keys;
    this.open = Set.copyOf(open);
    this.restoring = Set.copyOf(restoring);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (open.contains(call.getMethodDescriptor().getFullMethodName())) {
      return next.startCall(call, headers);
    }
    String authorization = headers.get(AUTHORIZATION);
    if (authorization == null || !authorization.startsWith(BEARER)) {
      return refuse(call, Reason.TOKEN_MISSING, "this call needs a token");
    }
    String token = authorization.substring(BEARER.length());
    var verdict = verifier.verify(token);
    if (verdict instanceof Verdict.KeyUnknown) {
      var late = new LateListener<Q>();
      var context = Context.current();
      keys.refresh(
          () -> context.run(() -> late.become(enter(verifier.verify(token), call, headers, next))));
      return late;
    }
    return enter(verdict, call, headers, next);
  }

  private <Q, R> ServerCall.Listener<Q> enter(
      Verdict verdict, ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return switch (verdict) {
      case Verdict.Good good ->
          Contexts.interceptCall(
              new Caller(good.device().account(), good.device().device()).in(Context.current()),
              call,
              headers,
              next);
      case Verdict.Restores restores ->
          restoring.contains(call.getMethodDescriptor().getFullMethodName())
              ? Contexts.interceptCall(
                  new Caller(restores.account(), DeviceId.FIRST).in(Context.current()),
                  call,
                  headers,
                  next)
              : refuse(call, Reason.CALLER_NOT_ALLOWED, "a restore token opens downloads alone");
      case Verdict.Ended _ -> refuse(call, Reason.TOKEN_EXPIRED, "the token has ended");
      // No verdict on the token: who has a good one is not to sign in again for it.
      case Verdict.KeyUnknown _ when !keys.upToDate() ->
          refuse(call, Statuses.unavailable("the keys of tokens cannot be had now", COME_BACK));
      case Verdict.Bad _, Verdict.KeyUnknown _ ->
          refuse(call, Reason.TOKEN_INVALID, "the token is not one of this server's");
    };
  }

  private static <Q, R> ServerCall.Listener<Q> refuse(
      ServerCall<Q, R> call, Reason reason, String message) {
    return refuse(call, Statuses.of(reason, message));
  }

  private static <Q, R> ServerCall.Listener<Q> refuse(
      ServerCall<Q, R> call, StatusRuntimeException why) {
    close(call, why);
    return new ServerCall.Listener<>() {};
  }

  static void close(ServerCall<?, ?> call, StatusRuntimeException why) {
    @Nullable Metadata trailers = why.getTrailers();
    call.close(why.getStatus(), trailers == null ? new Metadata() : trailers);
  }
}
