package sotto.client;

/// What is in the archive.
///
/// @param messages how many messages; one that changed after it was archived and was archived again
///   counts twice
/// @param segments how many segments they are
/// @param bytes of the segments at the server
public record ArchiveSummary(long messages, int segments, long bytes) {}
