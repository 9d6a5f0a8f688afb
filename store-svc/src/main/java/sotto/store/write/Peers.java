package sotto.store.write;

import java.util.Optional;

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

  /// The owner that a pod is now, if it answers and is not leaving.
  ///
  /// @param pod its name
  default Optional<String> ready(String pod) {
    return Optional.empty();
  }

  /// Whether an owner is there.
  enum Pulse {
    /// It has answered just now.
    ANSWERS,
    /// It has not answered within two seconds, or another start of its pod has answered.
    SILENT,
    /// It has been asked.
    ASKED
  }
}
