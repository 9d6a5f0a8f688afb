package sotto.store.write;

/// What this owner knows of the other owners of buckets: whether they are there (protocol B3). Safe
/// for many threads; never blocks.
@FunctionalInterface
public interface Peers {
  /// Nobody else is known: an owner that is not this one does not answer.
  Peers NONE = _ -> Pulse.SILENT;

  /// Whether an owner is there.
  ///
  /// @param owner as the rows of its buckets name it
  Pulse pulse(String owner);

  /// Whether an owner is there.
  enum Pulse {
    /// It has answered just now.
    ANSWERS,
    /// It has not answered within two seconds.
    SILENT,
    /// It has been asked.
    ASKED
  }
}
