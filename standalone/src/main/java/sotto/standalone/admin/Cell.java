package sotto.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/// One value of a report, for people and for programs.
public sealed interface Cell {
  /// As people read it.
  String text();

  /// As programs do.
  JsonNode json();

  /// Whether it stands at the right of its column.
  default boolean isNumber() {
    return false;
  }

  /// Words.
  record Words(String text) implements Cell {
    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.textNode(text);
    }
  }

  /// How many.
  record Count(long value) implements Cell {
    @Override
    public String text() {
      return Long.toString(value);
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.numberNode(value);
    }

    @Override
    public boolean isNumber() {
      return true;
    }
  }

  /// How many bytes; for programs as a number.
  record Bytes(long value) implements Cell {
    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    @Override
    public String text() {
      double rest = value;
      var unit = 0;
      while (rest >= 1024 && unit < UNITS.length - 1) {
        rest /= 1024;
        unit++;
      }
      return unit == 0 ? value + " B" : String.format(Locale.ROOT, "%.1f %s", rest, UNITS[unit]);
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.numberNode(value);
    }

    @Override
    public boolean isNumber() {
      return true;
    }
  }

  /// A moment, UTC.
  record Moment(Instant value) implements Cell {
    @Override
    public String text() {
      return value.truncatedTo(ChronoUnit.SECONDS).toString().replace('T', ' ');
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.textNode(value.truncatedTo(ChronoUnit.MILLIS).toString());
    }
  }

  /// How long; for programs in seconds.
  record Length(Duration value) implements Cell {
    @Override
    public String text() {
      var s = value.toSeconds();
      if (s >= 86_400) {
        return s / 86_400 + "d " + s / 3600 % 24 + "h";
      }
      if (s >= 3600) {
        return s / 3600 + "h " + s / 60 % 60 + "m";
      }
      return s >= 60 ? s / 60 + "m " + s % 60 + "s" : s + "s";
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.numberNode(value.toMillis() / 1000.0);
    }

    @Override
    public boolean isNumber() {
      return true;
    }
  }

  /// Yes or no.
  record Flag(boolean value) implements Cell {
    @Override
    public String text() {
      return value ? "yes" : "no";
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.booleanNode(value);
    }
  }

  /// Nothing.
  record None() implements Cell {
    @Override
    public String text() {
      return "-";
    }

    @Override
    public JsonNode json() {
      return JsonNodeFactory.instance.nullNode();
    }
  }

  /// Nothing.
  static Cell none() {
    return new None();
  }

  /// A value of one of the kinds.
  ///
  /// @throws IllegalArgumentException if it is none
  static Cell of(Object value) {
    return switch (value) {
      case Cell cell -> cell;
      case String words -> new Words(words);
      case Integer count -> new Count(count);
      case Long count -> new Count(count);
      case Boolean flag -> new Flag(flag);
      case Instant moment -> new Moment(moment);
      case Duration length -> new Length(length);
      default -> throw new IllegalArgumentException("no cell is a " + value.getClass());
    };
  }
}
