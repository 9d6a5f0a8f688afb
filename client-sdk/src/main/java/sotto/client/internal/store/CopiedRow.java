package sotto.client.internal.store;

/// A row of the message table and what it holds.
///
/// @param row the row
/// @param message the message
public record CopiedRow(long row, ArchivedMessage message) {}
