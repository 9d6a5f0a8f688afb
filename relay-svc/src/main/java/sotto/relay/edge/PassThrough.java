package sotto.relay.edge;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import sotto.mesh.Caller;
import sotto.mesh.JoinedCall;
import sotto.mesh.PeerAddress;

/// Passes the calls of a service on to the one that serves it, by its descriptor: messages as the
/// bytes that came, with the caller's headers and no other of the client's, with its deadline, its
/// cancellation and the flow control of both sides.
public final class PassThrough {
  private final Channel channel;
  private final CallPolicy policy;
  private final Duration unaryDeadline;

  /// A way through.
  ///
  /// @param channel to the service behind
  /// @param policy what limits the calls
  /// @param unaryDeadline longest unary call, when the client's own deadline is not shorter
  public PassThrough(Channel channel, Limits policy, Duration unaryDeadline) {
    this.channel = channel;
    this.policy = policy;
    this.unaryDeadline = unaryDeadline;
  }

  /// A service whose every method is passed on.
  ///
  /// @param service as it is served behind
  /// @return as it is to be served here
  public ServerServiceDefinition of(ServiceDescriptor service) {
    var descriptor = Raw.service(service);
    var definition = ServerServiceDefinition.builder(descriptor);
    for (var method : descriptor.getMethods()) {
      @SuppressWarnings("unchecked") // made by Raw.service
      var bytes = (MethodDescriptor<byte[], byte[]>) method;
      definition.addMethod(bytes, handler(bytes));
    }
    return definition.build();
  }

  private ServerCallHandler<byte[], byte[]> handler(MethodDescriptor<byte[], byte[]> method) {
    return (ServerCall<byte[], byte[]> call, Metadata _) -> {
      var caller = Caller.current();
      var target =
          caller
              .<Channel>map(c -> ClientInterceptors.intercept(channel, c.interceptor()))
              .orElse(channel);
      var gate = new PolicyGate(policy, method.getFullMethodName(), caller, PeerAddress.current());
      return JoinedCall.join(call, target.newCall(method, options(method)), gate);
    };
  }

  /// A shorter deadline of the client stands in the context and wins.
  private CallOptions options(MethodDescriptor<?, ?> method) {
    return method.getType() == MethodDescriptor.MethodType.UNARY
        ? CallOptions.DEFAULT.withDeadlineAfter(unaryDeadline.toMillis(), TimeUnit.MILLISECONDS)
        : CallOptions.DEFAULT;
  }
}
