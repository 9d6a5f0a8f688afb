package sotto.mesh;

import io.grpc.BindableService;

/// A service whose handlers never block: no I/O, no waiting, no lock held across either, no heavy
/// computation.
///
/// [PublicServer] calls such a service on the network's own threads, which saves hops; one that
/// blocks there stops every connection of that thread. All other services are called on virtual
/// threads and may block.
public interface NonBlockingService extends BindableService {}
