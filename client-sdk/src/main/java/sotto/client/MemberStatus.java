package sotto.client;

import java.time.Instant;
import java.util.Optional;

/// How far an own message has come with one member of a group.
///
/// @param member who
/// @param status sent, delivered or read; failed = it does not go there: its keys cannot be trusted
///   or are not to be had, its account is no more, or it was a member no longer
/// @param at when that was heard or given up; empty = nothing was
public record MemberStatus(Contact member, Status status, Optional<Instant> at) {}
