package sotto.client.internal.search;

import java.text.Normalizer;
import java.util.Locale;

/// Makes texts alike that differ only in case, in diacritics, in compatibility forms (full width,
/// ligatures) or in characters that nobody sees.
///
/// NFKD (UAX #15); marks that alphabets can do without go, vowel signs of South and South-East Asia
/// stay; case is folded by way of upper case, so that ß and SS meet; NFC in the end.
final class Folding {
  private static final int VARIATION_SELECTORS = 0xfe00;
  private static final int LIGHTEST_SKIN = 0x1f3fb;
  private static final int DARKEST_SKIN = 0x1f3ff;

  private Folding() {}

  static String fold(String text) {
    if (ascii(text)) {
      return text.toLowerCase(Locale.ROOT);
    }
    String decomposed = Normalizer.normalize(text, Normalizer.Form.NFKD);
    StringBuilder kept = new StringBuilder(decomposed.length());
    decomposed.codePoints().filter(c -> !dropped(c)).forEach(kept::appendCodePoint);
    String folded =
        kept.toString().toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT).replace('ς', 'σ');
    return Normalizer.normalize(folded, Normalizer.Form.NFC);
  }

  private static boolean ascii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static boolean dropped(int c) {
    return switch (Character.getType(c)) {
      case Character.FORMAT -> true;
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> diacritic(c);
      case Character.MODIFIER_SYMBOL -> c >= LIGHTEST_SKIN && c <= DARKEST_SKIN;
      default -> false;
    };
  }

  /// Marks of Latin, Greek, Cyrillic, Hebrew and Arabic, and those of symbols.
  private static boolean diacritic(int c) {
    return (c >= 0x300 && c <= 0x36f)
        || (c >= 0x483 && c <= 0x489)
        || (c >= 0x591 && c <= 0x5c7)
        || (c >= 0x610 && c <= 0x61a)
        || (c >= 0x64b && c <= 0x65f)
        || c == 0x670
        || (c >= 0x6d6 && c <= 0x6ed)
        || (c >= 0x1ab0 && c <= 0x1aff)
        || (c >= 0x1dc0 && c <= 0x1dff)
        || (c >= 0x20d0 && c <= 0x20f0)
        || (c >= VARIATION_SELECTORS && c <= VARIATION_SELECTORS + 15);
  }
}
