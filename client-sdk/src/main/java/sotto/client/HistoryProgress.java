package sotto.client;

/// How far something is that goes through the messages of this home.
///
/// @param done how many are done
/// @param total how many there are to do
public record HistoryProgress(long done, long total) {}
