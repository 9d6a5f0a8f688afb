package sotto.store;

import io.opentelemetry.api.trace.Tracer;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import sotto.mesh.MonotonicClock;
import sotto.mesh.Pods;
import sotto.store.cold.ColdMetrics;
import sotto.store.cold.ColdStore;
import sotto.store.sql.Dialect;
import sotto.store.write.Pace;
import sotto.store.write.Peers;
import sotto.store.write.WriteMetrics;

/// What a store needs from outside.
///
/// @param config what an operator decides
/// @param dialect the database
/// @param peers whether the other owners are there
/// @param pods the ways to the pods, this one among them
/// @param pace how its writers come to work
/// @param clock says when something happens
/// @param time measures how long something takes
/// @param random where its secrets and its name come from
/// @param metrics hears of transactions
/// @param coldStore where cold parts of mailboxes lie; empty = none move
/// @param coldMetrics hears of them
/// @param tracer makes the spans of messages
record Surroundings(
    StoreConfig config,
    Dialect dialect,
    Peers peers,
    Pods pods,
    Pace pace,
    Clock clock,
    MonotonicClock time,
    SecureRandom random,
    WriteMetrics metrics,
    Optional<ColdStore> coldStore,
    ColdMetrics coldMetrics,
    Tracer tracer) {}
