package sotto.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads a number of bytes: a whole number and its unit, `500kB`, `10MB` or `2GB`, of a thousand
/// each; at most 1,000 GB.
final class SizeConverter implements ITypeConverter<Long> {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(B|kB|MB|GB)");
  private static final long MOST = 1_000_000_000_000L;

  @Override
  public Long convert(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new TypeConversionException(
          "a size is a number and a unit, such as 500kB, 10MB or 2GB");
    }
    long unit =
        switch (form.group(2)) {
          case "B" -> 1;
          case "kB" -> 1_000;
          case "MB" -> 1_000_000;
          default -> 1_000_000_000;
        };
    long bytes = Long.parseLong(form.group(1)) * unit;
    if (bytes < 1 || bytes > MOST) {
      throw new TypeConversionException("a size is 1B to 1000GB");
    }
    return bytes;
  }
}
