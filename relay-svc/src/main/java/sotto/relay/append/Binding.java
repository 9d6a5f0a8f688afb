package sotto.relay.append;

/// What all in flight of a lane share (protocol L1).
///
/// @param stream where they go
/// @param epoch the epoch that they name; 0 = not known yet
public record Binding(Appends stream, long epoch) {}
