/// Mailboxes: append, read, ack, open, expire.
///
/// ```
/// MailboxEndpoint    the service
/// ├─ AppendStream    one relay's stream of appends; Lanes remembers what was refused on it
/// │  └─ AppendJob    one append: device list, limits, rows, outcome
/// ├─ MailboxWrites   acks, opened devices, last seen
/// ├─ MailboxReads    mailbox pages, missed checks, last seen
/// └─ Sweeper         expiry, a bucket at a time
/// ```
@NullMarked
package sotto.store.mailbox;

import org.jspecify.annotations.NullMarked;
