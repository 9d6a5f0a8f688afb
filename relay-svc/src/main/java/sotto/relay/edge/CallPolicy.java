package sotto.relay.edge;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import sotto.mesh.Caller;
import sotto.mesh.PeerAddress;
import sotto.relay.limit.Exceeded;

/// What a passed-through method is limited by, and what follows when it succeeded.
interface CallPolicy {
  /// Looks at a call before it is passed on.
  ///
  /// @param method the full name
  /// @param caller who calls; empty for the methods that need no token
  /// @param address from where; empty inside the process
  /// @param first the first message
  /// @return the limit that it meets; empty when it may pass
  /// @throws InvalidProtocolBufferException if the message is none
  Optional<Exceeded> take(
      String method, Optional<Caller> caller, Optional<PeerAddress> address, byte[] first)
      throws InvalidProtocolBufferException;

  /// A call was answered with OK.
  void succeeded(String method, Optional<Caller> caller);
}
