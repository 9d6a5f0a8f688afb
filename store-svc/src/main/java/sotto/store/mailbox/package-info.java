/// Mailboxes: append, read, ack, open, expire, move to the cold tier.
///
/// ```
/// MailboxEndpoint    the service
/// ├─ AppendStream    one relay's stream of appends; Lanes remembers what was refused on it
/// │  ├─ AppendJob    one append: its turn, the device list, outcome
/// │  ├─ GroupAppending   one envelope for many accounts: a GroupRecipientJob for each
/// │  └─ Placing      limits and rows of either, for one account
/// ├─ MailboxWrites   acks, opened devices, last seen
/// ├─ MailboxReads    mailbox pages, missed checks, last seen
/// │  └─ ColdReads    what of a page lies in segments (SegmentCache, Unreadable, Unanswered)
/// ├─ Sweeper         expiry, a bucket at a time
/// ├─ Mover           old envelopes to the blob store, a segment at a time
/// └─ LooseSegments   blobs that nothing points to
/// ```
@NullMarked
package sotto.store.mailbox;

import org.jspecify.annotations.NullMarked;
