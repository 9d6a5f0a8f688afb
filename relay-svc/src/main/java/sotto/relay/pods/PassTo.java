package sotto.relay.pods;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/// Asks the pod that is called to pass the call on to another.
///
/// @param pod the other
record PassTo(String pod) implements ClientInterceptor {
  static final Metadata.Key<String> HEADER =
      Metadata.Key.of("sotto-pass-to", Metadata.ASCII_STRING_MARSHALLER);

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<A> listener, Metadata headers) {
        headers.put(HEADER, pod);
        super.start(listener, headers);
      }
    };
  }
}
