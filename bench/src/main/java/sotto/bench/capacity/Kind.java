package sotto.bench.capacity;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// In what an input is counted, and how people write it: a number with or without a suffix.
public enum Kind {
  /// How many: `500e6`, `500M`.
  COUNT("500e6, 500M or 500000000", 0, 1e15),
  /// How many of what cannot be none.
  POSITIVE("500e6, 500M or 500000000", 1e-9, 1e15),
  /// A part of a whole: `0.3`, `30%`.
  PART("0.3 or 30%", 0, 1),
  /// A part that is not nothing.
  SHARE("0.6 or 60%", 0.01, 1),
  /// Bytes: `400`, `31.3KiB`, `2TB`.
  BYTES("400, 31.3KiB or 2TB", 0, 1e18),
  /// Bytes of which there are some.
  ROOM("400, 31.3KiB or 2TB", 1, 1e18),
  /// Seconds: `30`, `92us`, `45d`.
  TIME("30s, 92us or 45d", 0, 1e10),
  /// In whatever money.
  PRICE("0.04", 0, 1e9);

  private static final Pattern WRITTEN =
      Pattern.compile("([-+]?[0-9][0-9_]*(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?) ?([a-zA-Z%]*)");

  private final String example;
  private final double least;
  private final double most;

  Kind(String example, double least, double most) {
    this.example = example;
    this.least = least;
    this.most = most;
  }

  /// Reads what people write.
  ///
  /// @throws IllegalArgumentException whose message says what is wrong, a sentence without a
  ///   subject
  public double read(String text) {
    Matcher written = WRITTEN.matcher(text.strip());
    double unit = written.matches() ? unit(written.group(2)) : Double.NaN;
    if (Double.isNaN(unit)) {
      throw new IllegalArgumentException(
          "is a number, written like " + example + ", not \"" + text + "\"");
    }
    double value = Double.parseDouble(written.group(1).replace("_", "")) * unit;
    if (value < least || value > most) {
      throw new IllegalArgumentException("is " + bounds() + ", not " + text);
    }
    return value;
  }

  /// @return not a number if there is no such suffix
  private double unit(String suffix) {
    if (suffix.isEmpty()) {
      return 1;
    }
    return switch (this) {
      case COUNT, POSITIVE -> thousands(suffix);
      case PART, SHARE -> suffix.equals("%") ? 0.01 : Double.NaN;
      case BYTES, ROOM -> bytes(suffix);
      case TIME -> seconds(suffix);
      case PRICE -> Double.NaN;
    };
  }

  private static double thousands(String suffix) {
    return switch (suffix) {
      case "k" -> 1e3;
      case "M" -> 1e6;
      case "B", "G" -> 1e9;
      case "T" -> 1e12;
      default -> Double.NaN;
    };
  }

  private static double bytes(String suffix) {
    return switch (suffix) {
      case "B" -> 1;
      case "kB" -> 1e3;
      case "MB" -> 1e6;
      case "GB" -> 1e9;
      case "TB" -> 1e12;
      case "PB" -> 1e15;
      case "KiB" -> 0x1p10;
      case "MiB" -> 0x1p20;
      case "GiB" -> 0x1p30;
      case "TiB" -> 0x1p40;
      case "PiB" -> 0x1p50;
      default -> Double.NaN;
    };
  }

  private static double seconds(String suffix) {
    return switch (suffix) {
      case "ns" -> 1e-9;
      case "us" -> 1e-6;
      case "ms" -> 1e-3;
      case "s" -> 1;
      case "m" -> 60;
      case "h" -> 3_600;
      case "d" -> 86_400;
      case "y" -> 31_536_000;
      default -> Double.NaN;
    };
  }

  private String bounds() {
    return switch (this) {
      case COUNT, BYTES, TIME, PRICE -> String.format(Locale.ROOT, "0 or more, at most %.0e", most);
      case POSITIVE, ROOM -> String.format(Locale.ROOT, "more than 0, at most %.0e", most);
      case PART -> "0 to 1";
      case SHARE -> "0.01 to 1";
    };
  }
}
