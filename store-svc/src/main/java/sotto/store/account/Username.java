package sotto.store.account;

import java.util.Optional;
import java.util.regex.Pattern;

/// A unique name: 3 to 32 of `a-z`, `0-9`, `.` and `_`, with no full stop at either end and no two
/// in a row. Those would get lost at the end of a sentence, and pass for another name.
///
/// @param value the name
record Username(String value) {
  private static final Pattern FORM = Pattern.compile("[a-z0-9_]+(\\.[a-z0-9_]+)*");
  private static final int SHORTEST = 3;
  private static final int LONGEST = 32;

  Username {
    if (!isValid(value)) {
      throw new IllegalArgumentException("not a username");
    }
  }

  static Optional<Username> parse(String text) {
    return isValid(text) ? Optional.of(new Username(text)) : Optional.empty();
  }

  private static boolean isValid(String text) {
    return text.length() >= SHORTEST && text.length() <= LONGEST && FORM.matcher(text).matches();
  }
}
