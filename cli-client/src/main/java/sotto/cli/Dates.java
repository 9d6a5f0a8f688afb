package sotto.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.regex.Pattern;

/// Reads a moment: `2026-11-27`, which is the beginning of that day here, `2026-11-27T18:30`, or
/// one with its own offset as JSON output has it.
final class Dates {
  private static final Pattern OFFSET = Pattern.compile("(Z|[+-][0-9]{2}:[0-9]{2})$");

  private Dates() {}

  static Instant read(String option, String text, ZoneId zone) {
    try {
      if (text.length() <= "2026-11-27".length()) {
        return LocalDate.parse(text).atStartOfDay(zone).toInstant();
      }
      return OFFSET.matcher(text).find()
          ? OffsetDateTime.parse(text).toInstant()
          : LocalDateTime.parse(text).atZone(zone).toInstant();
    } catch (DateTimeException e) {
      throw CommandFailed.usage(
          option + " takes a date such as 2026-11-27, or a time such as 2026-11-27T18:30.");
    }
  }
}
