package sotto.store.peer;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import sotto.mesh.Pods;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.write.OwnerName;

/// Takes an operator's call about an account to the store that owns it: an operator asks any store.
/// A call that was brought here is not taken further.
public final class ToOwner implements ServerInterceptor {
  private static final Metadata.Key<String> BROUGHT =
      Metadata.Key.of("sotto-brought-by-store", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Boolean> IS_BROUGHT =
      Context.keyWithDefault("sotto-brought-by-store", false);
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final Pods pods;
  private final Predicate<String> allowed;

  /// The way to the other stores.
  ///
  /// @param pods the ways to them
  /// @param allowed whether a pod may be gone to
  public ToOwner(Pods pods, Predicate<String> allowed) {
    this.pods = pods;
    this.allowed = allowed;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    return headers.containsKey(BROUGHT)
        ? Contexts.interceptCall(Context.current().withValue(IS_BROUGHT, true), call, headers, next)
        : next.startCall(call, headers);
  }

  /// Does something here or, if another store owns the account, has it done there.
  ///
  /// @param here does it, or throws [Reason#MOVED]
  /// @throws StatusRuntimeException [Reason#UNAVAILABLE] if nobody is found who does it
  public <Q, R> R at(MethodDescriptor<Q, R> method, Q request, Supplier<R> here) {
    try {
      return here.get();
    } catch (StatusRuntimeException e) {
      Optional<String> owner = Statuses.movedTo(e).map(OwnerName::podOf);
      if (owner.isEmpty()) {
        throw e;
      }
      if (IS_BROUGHT.get() || !allowed.test(owner.get())) {
        throw Statuses.of(Reason.UNAVAILABLE, "the account's owner is not found; try again");
      }
      return ClientCalls.blockingUnaryCall(
          brought(pods.channel(owner.get())),
          method,
          CallOptions.DEFAULT.withDeadlineAfter(LONGEST.toMillis(), TimeUnit.MILLISECONDS),
          request);
    }
  }

  private static Channel brought(Channel channel) {
    Metadata headers = new Metadata();
    headers.put(BROUGHT, "1");
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }
}
