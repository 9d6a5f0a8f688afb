/// The group: a chain of signed changes, checked alike by its members and by the server.
///
/// ```
/// GroupChain            what the changes say: members, options, link, head; append and compare
/// ├─ Rules              who may do what
/// ├─ GroupState         what the changes come to
/// └─ GroupChange        one change as bytes: body ‖ signature; strict parser
///    └─ ChangeBody      version, kind, group, revision, previous hash, time, author, action
///       ├─ Author       account, device, and the head of the account's chain at signing
///       └─ Action       found | add, remove members | leave | set role, attributes, options, link
///                       | drop link | join | request to join | approve | decline | end
/// Authors               the caller's knowledge of accounts: whose key a change must carry
/// JoinProof             what an invite link's key signs to let one account into one group
/// ```
///
/// Clients and servers share this package. It needs the JDK and `sotto.chain`; signatures are
/// Ed25519 (RFC 8032), hashes SHA-256 (FIPS 180-4). Everything is immutable and safe for use by
/// many threads.
@NullMarked
package sotto.group;

import org.jspecify.annotations.NullMarked;
