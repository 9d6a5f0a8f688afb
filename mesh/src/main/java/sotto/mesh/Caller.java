package sotto.mesh;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.AbstractStub;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// The device on whose behalf an internal call is made, as the relay has authenticated it.
///
/// It travels in the headers `sotto-account-bin` and `sotto-device`, which only internal servers
/// believe (see [CallerInterceptor]); the public port throws them away.
///
/// @param account the account
/// @param device the device within it
public record Caller(AccountId account, DeviceId device) {
  static final Metadata.Key<byte[]> ACCOUNT =
      Metadata.Key.of("sotto-account-bin", Metadata.BINARY_BYTE_MARSHALLER);
  static final Metadata.Key<String> DEVICE =
      Metadata.Key.of("sotto-device", Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<Caller> CURRENT = Context.key("sotto-caller");

  /// The caller of the call that the current thread serves.
  ///
  /// @return empty when the call was made without one
  public static Optional<Caller> current() {
    return Optional.ofNullable(CURRENT.get());
  }

  /// The caller of the call that the current thread serves, where there must be one.
  ///
  /// @return the caller
  /// @throws io.grpc.StatusRuntimeException with [Reason#CALLER_NOT_ALLOWED] when there is none
  public static Caller required() {
    return current()
        .orElseThrow(() ->
            Statuses.of(Reason.CALLER_NOT_ALLOWED, "this call needs an authenticated caller"));
  }

  /// A context in which this is the current caller.
  ///
  /// @param context what it is added to
  /// @return the context with it
  public Context in(Context context) {
    return context.withValue(CURRENT, this);
  }

  /// A stub whose calls are made on behalf of this caller.
  ///
  /// @param stub any stub of an internal service
  /// @param <S> its type
  /// @return the stub with the headers
  public <S extends AbstractStub<S>> S on(S stub) {
    return stub.withInterceptors(interceptor());
  }

  /// What makes the calls of a channel on behalf of this caller.
  ///
  /// @return an interceptor that sets the headers
  public ClientInterceptor interceptor() {
    return new Headers(this);
  }

  private record Headers(Caller caller) implements ClientInterceptor {
    @Override
    public <Q, R> ClientCall<Q, R> interceptCall(
        MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
      return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
        @Override
        public void start(Listener<R> listener, Metadata headers) {
          headers.discardAll(ACCOUNT);
          headers.discardAll(DEVICE);
          headers.put(ACCOUNT, caller.account.bytes());
          headers.put(DEVICE, caller.device.toString());
          super.start(listener, headers);
        }
      };
    }
  }
}
