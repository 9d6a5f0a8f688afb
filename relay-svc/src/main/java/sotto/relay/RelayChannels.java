package sotto.relay;

import io.grpc.Channel;
import java.util.Optional;
import java.util.function.Function;

/// The channels to what stands behind a relay.
///
/// @param store to the store pod
/// @param presence to the presence pod
/// @param blob to blob-svc
/// @param peers to another relay by its name; empty when there is no such relay
public record RelayChannels(
    Channel store, Channel presence, Channel blob, Function<String, Optional<Channel>> peers) {
  /// The channels of a relay that has no others beside it.
  ///
  /// @param store to the store pod
  /// @param presence to the presence pod
  /// @param blob to blob-svc
  public static RelayChannels alone(Channel store, Channel presence, Channel blob) {
    return new RelayChannels(store, presence, blob, _ -> Optional.empty());
  }
}
