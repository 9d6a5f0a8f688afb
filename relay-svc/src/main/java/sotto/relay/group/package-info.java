/// Groups: changes and one envelope for many.
///
/// ```
/// GroupChanges      GroupService.Change: the owner applies it, then the members are told
/// ├─ GroupOwners    what is asked of the owner of a group
/// └─ FanOut         one envelope into the mailboxes of many accounts
/// ```
///
/// The sends of a stream are `sotto.relay.stream.GroupSends`.
@NullMarked
package sotto.relay.group;

import org.jspecify.annotations.NullMarked;
