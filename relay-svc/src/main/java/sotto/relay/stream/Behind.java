package sotto.relay.stream;

import io.opentelemetry.api.trace.Tracer;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import sotto.relay.RelayConfig;
import sotto.relay.append.AppendPipes;
import sotto.relay.group.FanOut;
import sotto.relay.group.GroupOwners;
import sotto.relay.limit.Admission;
import sotto.relay.mailbox.Mailboxes;
import sotto.relay.route.PresencePods;
import sotto.relay.route.Router;
import sotto.relay.route.Watches;
import sotto.relay.time.Backoff;
import sotto.relay.time.Wheel;

/// What all streams of a relay share: the ways to what is behind it, time and limits.
///
/// @param streams all of them
/// @param config the relay's settings
/// @param clock wall time, for what clients are told
/// @param wheel all deadlines
/// @param backoff the waits before what failed at a store is tried again
/// @param mailboxes the store's mailboxes
/// @param pipes the appends
/// @param laneNumbers the last lane number given; one count for all pods
/// @param groups the owners of groups
/// @param fanOut one envelope to many accounts
/// @param presence what is kept at the presence pods
/// @param watches who watches whom
/// @param router to the streams of other devices
/// @param sends the limits of sends
/// @param sealed the limits of sealed sends
/// @param admission how fast streams are opened
/// @param metrics what is counted
/// @param tracer makes the spans of messages
public record Behind(
    Streams streams,
    RelayConfig config,
    Clock clock,
    Wheel wheel,
    Backoff backoff,
    Mailboxes mailboxes,
    AppendPipes pipes,
    AtomicLong laneNumbers,
    GroupOwners groups,
    FanOut fanOut,
    PresencePods presence,
    Watches watches,
    Router router,
    SendLimits sends,
    SealedLimits sealed,
    Admission admission,
    StreamMetrics metrics,
    Tracer tracer) {}
