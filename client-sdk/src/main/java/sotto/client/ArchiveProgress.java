package sotto.client;

/// How far moving to the archive or back is; told after each segment.
///
/// @param messages how many messages are done
/// @param total how many there are to do, as far as is known
public record ArchiveProgress(long messages, long total) {}
