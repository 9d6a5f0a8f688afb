/// Groups: their chains, kept for their members, and who may send.
///
/// ```
/// GroupEndpoint        what members ask: the changes of a group
/// GroupOwnerEndpoint   what relays ask: to apply a change, whether a message may go
/// ├─ Applying          checks a change and appends it
/// └─ Groups            each group as it is just now, in its bucket's transaction
///    └─ GroupRows      chat_group (revision and hash of the head), group_change (bytes by revision)
/// ```
///
/// A group lies in the bucket of the first ten bits of its id; the owner of that bucket is the one
/// writer of its chain, and answers whatever depends on its head (protocol B6).
@NullMarked
package sotto.store.group;

import org.jspecify.annotations.NullMarked;
