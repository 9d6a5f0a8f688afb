/// The cold tier's formats and its way out: what a segment of a mailbox is, what the database keeps
/// of it, and where its bytes lie. Knows nothing of owners and writers.
///
/// ```
/// ColdStore          where segments lie: put, get, delete; BlobColdStore asks blob-svc
/// Segment            the bytes of a segment: envelopes in order of their positions
/// Directory          what the row of a segment says of each envelope: all but the envelope
/// Marks              which envelopes of a segment have left the mailbox
/// ```
@NullMarked
package sotto.store.cold;

import org.jspecify.annotations.NullMarked;
