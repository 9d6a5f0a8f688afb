package sotto.mesh;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.regex.Pattern;

/// Times as people write them in config: `250ms`, `10s`, `5m`, `12h`, `30d`, or ISO 8601 (`PT10S`).
public final class Durations {
  private static final Pattern SHORT = Pattern.compile("([0-9]{1,9})(ms|s|m|h|d)");

  private Durations() {}

  /// Reads one.
  ///
  /// @throws IllegalArgumentException saying how one is written
  public static Duration parse(String text) {
    var matcher = SHORT.matcher(text);
    if (matcher.matches()) {
      var n = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(n);
        case "s" -> Duration.ofSeconds(n);
        case "m" -> Duration.ofMinutes(n);
        case "h" -> Duration.ofHours(n);
        default -> Duration.ofDays(n);
      };
    }
    try {
      return Duration.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("a time such as 250ms, 10s, 5m, 12h or 30d", e);
    }
  }

  static String text(Duration value) {
    var ms = value.toMillis();
    for (var unit :
        new Unit[] {
          new Unit(86_400_000, "d"),
          new Unit(3_600_000, "h"),
          new Unit(60_000, "m"),
          new Unit(1_000, "s")
        }) {
      if (ms != 0 && ms % unit.millis == 0) {
        return ms / unit.millis + unit.name;
      }
    }
    return ms + "ms";
  }

  private record Unit(long millis, String name) {}
}
