package sotto.client;

/// What came back from the archive.
///
/// @param messages how many messages
/// @param segments how many segments they were
/// @param unreadable how many segments the server no longer has, or has damaged; they stay in the
///   archive, and in their conversations as gaps
public record Restored(long messages, int segments, int unreadable) {}
