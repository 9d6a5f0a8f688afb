package sotto.relay;

import io.grpc.Channel;
import sotto.mesh.Pods;

/// What a relay calls.
///
/// @param stores the store pods
/// @param presence the presence pods
/// @param blob blob-svc, whichever pod
/// @param relays the other relays, by the names that they have in presence
public record RelayChannels(Pods stores, Pods presence, Channel blob, Pods relays) {}
