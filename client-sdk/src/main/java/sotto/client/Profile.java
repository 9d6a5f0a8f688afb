package sotto.client;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import sotto.chain.Bytes;

/// What somebody calls themselves. A contact's is **untrusted**: anybody can take any name, so show
/// it beside the username and never instead of it.
///
/// @param name at most [#MAX_NAME] bytes of UTF-8; empty = none
/// @param about at most [#MAX_ABOUT] bytes of UTF-8; empty = none
/// @param picture a JPEG, PNG or WebP of at most [#MAX_PICTURE] bytes
public record Profile(String name, String about, Optional<Bytes> picture) {
  /// The longest name, bytes of UTF-8.
  public static final int MAX_NAME = 128;

  /// The longest text about somebody, bytes of UTF-8.
  public static final int MAX_ABOUT = 512;

  /// The largest picture, bytes.
  public static final int MAX_PICTURE = 1024 * 1024;

  /// Nothing.
  public static final Profile EMPTY = new Profile("", "", Optional.empty());

  /// Checks the bounds.
  ///
  /// @throws SottoException INVALID_INPUT
  public Profile {
    if (!valid(name, MAX_NAME)) {
      throw SottoException.invalid(
          "name", "A name has at most 128 bytes of UTF-8, and no control characters.");
    }
    if (!valid(about, MAX_ABOUT)) {
      throw SottoException.invalid(
          "about", "A text about you has at most 512 bytes of UTF-8, and no control characters.");
    }
    if (picture.map(Bytes::length).orElse(0) > MAX_PICTURE) {
      throw SottoException.invalid("picture", "A picture of a profile has at most 1 MiB.");
    }
  }

  private static boolean valid(String text, int max) {
    return text.getBytes(StandardCharsets.UTF_8).length <= max
        && StandardCharsets.UTF_8.newEncoder().canEncode(text)
        && text.codePoints().noneMatch(c -> Character.isISOControl(c) && c != '\n');
  }

  /// The same under another name.
  public Profile withName(String other) {
    return new Profile(other, about, picture);
  }

  /// The same with another text.
  public Profile withAbout(String other) {
    return new Profile(name, other, picture);
  }

  /// The same with another picture, or none.
  public Profile withPicture(Optional<Bytes> other) {
    return new Profile(name, about, other);
  }

  /// Prints sizes only.
  @Override
  public String toString() {
    return "Profile[name "
        + name.length()
        + ", about "
        + about.length()
        + " chars, picture "
        + picture.map(Bytes::length).orElse(0)
        + " bytes]";
  }
}
