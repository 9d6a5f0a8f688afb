package sotto.store.write;

import java.time.Clock;
import java.time.Duration;
import sotto.mesh.MonotonicClock;
import sotto.store.sql.Dialect;

/// What the writers of an owner share.
///
/// @param dialect the database
/// @param ownership the owner's buckets
/// @param pace how the writers come to work
/// @param accounts how many accounts' states all of them keep together
/// @param clock says when envelopes are accepted
/// @param time measures transactions
/// @param life how long an envelope is kept
/// @param metrics hears of transactions
public record WriterSettings(
    Dialect dialect,
    Ownership ownership,
    Pace pace,
    int accounts,
    Clock clock,
    MonotonicClock time,
    Duration life,
    WriteMetrics metrics) {}
