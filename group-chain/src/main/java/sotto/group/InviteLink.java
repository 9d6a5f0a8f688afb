package sotto.group;

import sotto.chain.Ed25519PublicKey;

/// What lets strangers in who have the link: its public half. The private half is the link, and is
/// in no change.
///
/// @param key the key that proves that somebody has the link
/// @param approval whether an owner or admin must agree
public record InviteLink(Ed25519PublicKey key, boolean approval) {}
