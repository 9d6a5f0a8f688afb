package sotto.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads an age: a whole number and its unit, `90d`, `12h`, `5m` or `0s`; at most a hundred years.
final class AgeConverter implements ITypeConverter<Duration> {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,10})([smhd])");
  private static final Duration LONGEST = Duration.ofDays(36_525);

  @Override
  public Duration convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException("an age is a number and a unit, such as 90d, 12h or 5m");
    }
    long number = Long.parseLong(form.group(1));
    Duration age =
        switch (form.group(2)) {
          case "s" -> Duration.ofSeconds(number);
          case "m" -> Duration.ofMinutes(number);
          case "h" -> Duration.ofHours(number);
          default -> Duration.ofDays(number);
        };
    if (age.compareTo(LONGEST) > 0) {
      throw new TypeConversionException("an age is at most a hundred years");
    }
    return age;
  }
}
