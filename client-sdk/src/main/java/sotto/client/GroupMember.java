package sotto.client;

import sotto.group.Role;

/// A member of a group.
///
/// @param contact who
/// @param self whether that is this account
/// @param role what they may do
public record GroupMember(Contact contact, boolean self, Role role) {}
