package sotto.relay.edge;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.Optional;
import sotto.mesh.Caller;
import sotto.mesh.JoinedCall;
import sotto.mesh.PeerAddress;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.relay.limit.Exceeded;

/// Lets a client's call through if the policy does.
///
/// @param policy what limits it
/// @param method its full name
/// @param caller who calls; empty for the methods that need no token
/// @param address from where; empty inside the process
record PolicyGate(
    CallPolicy policy, String method, Optional<Caller> caller, Optional<PeerAddress> address)
    implements JoinedCall.Gate<byte[]> {
  @Override
  public Optional<StatusRuntimeException> refuses(byte[] first) {
    try {
      return policy.take(method, caller, address, first).map(Exceeded::status);
    } catch (InvalidProtocolBufferException e) {
      return Optional.of(
          Statuses.of(Reason.FIELD_OUT_OF_BOUNDS, "the message is malformed", Map.of("field", "")));
    }
  }

  @Override
  public void succeeded() {
    policy.succeeded(method, caller);
  }
}
