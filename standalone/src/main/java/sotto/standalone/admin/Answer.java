package sotto.standalone.admin;

/// What became of a call to one pod.
///
/// @param <T> what it answers
public sealed interface Answer<T> {
  /// Which.
  Pod pod();

  /// It has answered.
  ///
  /// @param value what
  record Got<T>(Pod pod, T value) implements Answer<T> {}

  /// It has not.
  ///
  /// @param why a sentence without its subject, such as `is not reached`
  record Failed<T>(Pod pod, String why) implements Answer<T> {}
}
