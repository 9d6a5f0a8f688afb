package sotto.bench.capacity;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/// The inputs of one computation: what was said, and the defaults of the others.
public final class Given {
  private final Map<Input, String> said;
  private final Map<Input, Double> values = new EnumMap<>(Input.class);

  private Given(Map<Input, String> said) {
    this.said = said;
    for (Input input : Input.values()) {
      Optional.ofNullable(said.get(input))
          .or(input::standard)
          .ifPresent(text -> values.put(input, read(input, text)));
    }
  }

  /// Takes what was said.
  ///
  /// @param said as people wrote it
  /// @throws IllegalArgumentException if a value makes no sense; its message is for people
  public static Given of(Map<Input, String> said) {
    Given given = new Given(Map.copyOf(said));
    given.check(
        given.of(Input.OFFLINE) + given.of(Input.AWAY) <= 1,
        "--offline and --away together are at most 1");
    given.check(given.of(Input.GROUP_SIZE) >= 2, "--group-size is 2 or more");
    given.check(given.of(Input.DEVICES) >= 1, "--devices is 1 or more");
    given.check(given.of(Input.ACCOUNTS) >= 1, "--accounts is 1 or more");
    given.check(given.of(Input.PEAK) >= 1, "--peak is 1 or more");
    given.check(given.of(Input.PING_EVERY) > 0, "--ping-every is more than 0");
    for (Input counted : List.of(Input.REPLICAS, Input.COPIES, Input.WRITERS)) {
      double count = given.of(counted);
      given.check(count >= 1 && count == Math.rint(count), counted.option() + " is a whole number");
    }
    return given;
  }

  private void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }

  private static double read(Input input, String text) {
    try {
      return input.kind().read(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(input.option() + " " + e.getMessage(), e);
    }
  }

  /// The same for another number of users.
  Given with(double users) {
    return with(Input.USERS, users);
  }

  /// The same but for one input.
  Given with(Input input, double value) {
    Map<Input, String> other = new EnumMap<>(Input.class);
    other.putAll(said);
    other.put(input, Double.toString(value));
    return of(other);
  }

  /// The value of an input that has a default.
  double of(Input input) {
    return price(input)
        .orElseThrow(() -> new IllegalArgumentException(input.option() + " has no default"));
  }

  /// The value of an input that may be absent.
  OptionalDouble price(Input input) {
    Double value = values.get(input);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /// As people wrote it, or its default; empty if it has none.
  Optional<String> text(Input input) {
    return Optional.ofNullable(said.get(input)).or(input::standard);
  }

  /// Whether it was said and is not the default.
  boolean isSaid(Input input) {
    return said.containsKey(input);
  }
}
