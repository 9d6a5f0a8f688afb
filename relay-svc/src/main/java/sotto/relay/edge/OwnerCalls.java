package sotto.relay.edge;

import io.grpc.MethodDescriptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.time.Duration;
import sotto.relay.pods.Routes;
import sotto.relay.time.Backoff;
import sotto.relay.time.Wheel;

/// Serves the unary services of the stores: each call goes, by what its schema says of it, to the
/// pod that owns the account it is about, as the bytes that came and with the caller's headers and
/// no other of the client's.
public final class OwnerCalls {
  private static final int BUDGET = 100;

  private final Shared shared;

  /// What the calls share.
  ///
  /// @param routes to the pods
  /// @param policy what limits the calls
  /// @param budget of their retries
  /// @param wheel time
  /// @param backoff between tries
  /// @param deadline the longest call, when the client's own deadline is not shorter
  record Shared(
      Routes routes,
      CallPolicy policy,
      RetryBudget budget,
      Wheel wheel,
      Backoff backoff,
      Duration deadline) {}

  /// The ways to the owners.
  ///
  /// @param routes to the pods
  /// @param policy what limits the calls
  /// @param wheel time
  /// @param backoff between tries
  /// @param deadline the longest call, when the client's own deadline is not shorter
  public OwnerCalls(Routes routes, Limits policy, Wheel wheel, Backoff backoff, Duration deadline) {
    this.shared = new Shared(routes, policy, new RetryBudget(BUDGET), wheel, backoff, deadline);
  }

  /// A service whose every method is unary and goes to an owner.
  ///
  /// @param service as the pods serve it
  /// @return as it is to be served here
  public ServerServiceDefinition of(ServiceDescriptor service) {
    var descriptor = Raw.service(service);
    var definition = ServerServiceDefinition.builder(descriptor);
    for (var method : descriptor.getMethods()) {
      @SuppressWarnings("unchecked") // made by Raw.service
      var bytes = (MethodDescriptor<byte[], byte[]>) method;
      var subject = Subject.of(method);
      definition.addMethod(bytes, (call, _) -> new OwnerCall(call, bytes, subject, shared));
    }
    return definition.build();
  }
}
