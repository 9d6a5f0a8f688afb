package sotto.client;

import java.time.Instant;
import java.util.Optional;

/// How far an own message has come with one member of a group.
///
/// @param member who
/// @param status sent, delivered or read
/// @param at when that was heard; empty = nothing was
public record MemberStatus(Contact member, Status status, Optional<Instant> at) {}
