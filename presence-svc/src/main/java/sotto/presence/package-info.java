/// Who is connected where, and who wants to know: soft state that the relays report and that ends
/// with their leases.
///
/// ```
/// PresenceService                 the one timer, and metrics
/// └── SteppedPresence             wiring: the gRPC service over the directory
///     ├── AttachService           gRPC: Attach and Locate
///     │   └── AttachStream        one relay's stream: frames in, frames out when it is ready
///     │       └── Outbox          what the stream still has to say; bounded, the newest wins
///     └── Directory               the rules
///         ├── Leases → Lease      which relays are believed; LeaseTime measures
///         └── Stripe × n          one lock each, an account is always in the same one
///             ├── EntryTable      (account, device) → lease, connection number, audience
///             └── watched accounts  account → Watch…; only accounts that are watched
/// ```
///
/// Locks: [sotto.presence.Leases], each [sotto.presence.Stripe] and each [sotto.presence.Outbox]
/// has its own monitor. A stripe or the leases may ask for an outbox's; no other two are ever held
/// together. None is held while a frame is written: an outbox that gets something wakes its stream,
/// which writes on a virtual thread.
@NullMarked
package sotto.presence;

import org.jspecify.annotations.NullMarked;
