package sotto.mesh;

import java.time.Duration;

/// The checks that config records make in their constructors. Each failure is an
/// [IllegalArgumentException] that says field, value and bound; [Configs] puts the path before it.
public final class Require {
  private Require() {}

  /// A whole number within bounds, both included.
  ///
  /// @param field the key, as in the file
  /// @param value what was given
  /// @param least the smallest allowed
  /// @param most the largest allowed
  public static void between(String field, long value, long least, long most) {
    that(value >= least && value <= most, field, value, least + " to " + most);
  }

  /// A number within bounds, both included.
  ///
  /// @param field the key, as in the file
  /// @param value what was given
  /// @param least the smallest allowed
  /// @param most the largest allowed
  public static void between(String field, double value, double least, double most) {
    that(value >= least && value <= most, field, value, least + " to " + most);
  }

  /// A time within bounds, both included.
  ///
  /// @param field the key, as in the file
  /// @param value what was given
  /// @param least the shortest allowed
  /// @param most the longest allowed
  public static void between(String field, Duration value, Duration least, Duration most) {
    that(
        value.compareTo(least) >= 0 && value.compareTo(most) <= 0,
        field,
        Durations.text(value),
        Durations.text(least) + " to " + Durations.text(most));
  }

  /// Anything else.
  ///
  /// @param holds whether the value is allowed
  /// @param field the key, as in the file
  /// @param value what was given
  /// @param bound what is allowed, as a noun
  public static void that(boolean holds, String field, Object value, String bound) {
    if (!holds) {
      throw new IllegalArgumentException(field + " is " + value + "; it must be " + bound);
    }
  }
}
