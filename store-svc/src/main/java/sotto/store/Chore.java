package sotto.store;

import java.time.Duration;

/// Something that a store does again and again beside its calls.
///
/// @param name for people
/// @param every how long after the end of one time the next begins
/// @param work must not throw
public record Chore(String name, Duration every, Runnable work) {}
