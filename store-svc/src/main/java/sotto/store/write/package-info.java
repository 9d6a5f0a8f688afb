/// Everything that writes goes through here: one queue for each share of the buckets, one
/// transaction at a time, many jobs in each.
///
/// ```
/// Writers            which queue takes a job
/// ├─ Pace            who makes the writers work: Threads, or Steps in a simulation
/// └─ Writer          one connection: drains its JobQueue, commits, tells each job its fate
///    └─ Batch        one transaction on its way: session, device lists, rows to insert
///       ├─ Ownership     the buckets this owner has, their epochs and positions; the fence
///       ├─ AccountCache  exact device lists and counts of accounts (AccountState, DeviceState)
///       ├─ GroupCache    exact chains of groups (KnownGroup)
///       ├─ InboxRows     envelopes to insert with one statement; finds what was stored before
///       ├─ Removals      envelopes to remove with one statement
///       └─ Segments      cold parts of mailboxes: pointers, acks, loose blobs
/// Job                what is queued; Call is one whose caller waits
/// ```
///
/// **Threads.** Only who makes a writer work, its own thread, touches the states of the accounts in
/// its buckets, so they need no lock; what other threads read of them is volatile. A job may be
/// applied more than once (after a rollback it is tried again), so it keeps nothing but its latest
/// outcome until it hears its fate.
@NullMarked
package sotto.store.write;

import org.jspecify.annotations.NullMarked;
