package sotto.client;

import java.time.Instant;

/// Something that was done to a group.
///
/// @param revision its place, from 0
/// @param at when, by the clock of who did it
/// @param sentence who did what, for a person
public record GroupNote(long revision, Instant at, String sentence) {}
