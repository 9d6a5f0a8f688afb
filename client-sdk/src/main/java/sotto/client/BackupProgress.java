package sotto.client;

/// How far a backup or a restore is; told after each piece.
///
/// @param messages how many messages are done
/// @param total how many there are to do, as far as is known
public record BackupProgress(long messages, long total) {}
