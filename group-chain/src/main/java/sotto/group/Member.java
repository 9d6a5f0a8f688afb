package sotto.group;

import sotto.chain.AccountId;

/// What a chain says about one member.
///
/// @param account who
/// @param role what he may do
/// @param since the revision that made him a member; another role does not change it
public record Member(AccountId account, Role role, long since) {}
