package sotto.group;

import sotto.chain.AccountId;

/// A request to join that nobody has answered yet.
///
/// @param account who asks
/// @param since the revision of the request
public record JoinRequest(AccountId account, long since) {}
