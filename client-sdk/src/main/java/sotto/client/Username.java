package sotto.client;

import java.util.regex.Pattern;

/// A username as it stands in the directory of a server: unique there, 3 to 32 of `[a-z0-9._]`.
///
/// @param value the name, lower case
public record Username(String value) implements Comparable<Username> {
  private static final Pattern FORM = Pattern.compile("[a-z0-9._]{3,32}");

  /// Checks the form.
  ///
  /// @throws SottoException [SottoException.Code#INVALID_INPUT] if it is no username
  public Username {
    if (!valid(value)) {
      throw SottoException.invalid(
          "username", "A username has 3 to 32 characters out of a-z, 0-9, '.' and '_'.");
    }
  }

  /// Takes a name.
  ///
  /// @throws SottoException [SottoException.Code#INVALID_INPUT] if it is no username
  public static Username of(String value) {
    return new Username(value);
  }

  /// Whether the text is a username.
  public static boolean valid(String text) {
    return FORM.matcher(text).matches();
  }

  @Override
  public int compareTo(Username other) {
    return value.compareTo(other.value);
  }

  /// The name itself.
  @Override
  public String toString() {
    return value;
  }
}
