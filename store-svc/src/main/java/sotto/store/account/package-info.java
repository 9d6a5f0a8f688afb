/// Accounts: registration, device chains, usernames.
///
/// ```
/// AccountEndpoint   the service
/// ├─ Registration   claim → account → confirm (protocol A4)
/// │  ├─ Usernames   rows of names, each change a transaction of its own
/// │  ├─ Invites     rows of invites, likewise
/// │  └─ Founding    the account with its first device, one transaction
/// ├─ ChainGrowth    links after the first, by compare-and-set (protocol A1, L5)
/// └─ AccountReads   chains, devices
/// Chains            newest chains, for those who check what a device has signed
/// Username          what a name may be
/// ```
@NullMarked
package sotto.store.account;

import org.jspecify.annotations.NullMarked;
