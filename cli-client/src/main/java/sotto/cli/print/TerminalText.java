package sotto.cli.print;

/// Foreign text made safe for a terminal: what could control it or deceive its reader becomes
/// visible as a backslash and `u{1b}`, in the notation of JavaScript; all else stays as it is.
///
/// Controls are the categories Cc, Cf, Zl, Zp and Cs of the Unicode Standard (chapter 4.5): escape
/// sequences, C1, bidirectional overrides and isolates (UAX #9), invisible characters, surrogates
/// without a partner. A text body keeps of them what people write with: line breaks, tabs, the
/// joiners of emoji and of Persian, direction marks, which move no other text. A name keeps none.
public final class TerminalText {
  private static final int ZERO_WIDTH_SPACE = 0x200b;
  private static final int RIGHT_TO_LEFT_MARK = 0x200f;
  private static final int ARABIC_LETTER_MARK = 0x61c;
  private static final int SOFT_HYPHEN = 0xad;
  private static final int BLACK_FLAG = 0x1f3f4;

  private TerminalText() {}

  /// A name of a person, a file or a server on one line: no control, no invisible character.
  public static String name(String text) {
    return escape(text, true);
  }

  /// The body of a message; line breaks and tabs stay, CR LF becomes LF.
  public static String body(String text) {
    return escape(text.replace("\r\n", "\n"), false);
  }

  /// Whether the character is a control, an invisible one or half of a pair: what JSON output
  /// escapes too.
  static boolean special(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> nonCharacter(c);
    };
  }

  private static String escape(String text, boolean strict) {
    StringBuilder safe = new StringBuilder(text.length());
    boolean flag = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      boolean region = flag && tag(c);
      boolean keep = strict ? !special(c) && !blank(c) : !special(c) || written(c) || region;
      if (keep) {
        safe.appendCodePoint(c);
      } else {
        safe.append("\\u{").append(Integer.toHexString(c)).append('}');
      }
      flag = c == BLACK_FLAG || region;
    }
    return safe.toString();
  }

  /// Controls that belong to ordinary writing.
  private static boolean written(int c) {
    return switch (c) {
      case '\n', '\t', SOFT_HYPHEN, ARABIC_LETTER_MARK -> true;
      default -> (c >= ZERO_WIDTH_SPACE && c <= RIGHT_TO_LEFT_MARK) || visibleFormat(c);
    };
  }

  /// Number and abbreviation signs that have a shape although their category is Cf.
  private static boolean visibleFormat(int c) {
    return switch (c) {
      case 0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6dd, 0x70f, 0x890, 0x891, 0x8e2 -> true;
      default -> c == 0x110bd || c == 0x110cd;
    };
  }

  /// The invisible letters that spell a region after a black flag (UTS #51, flag sequences).
  private static boolean tag(int c) {
    return c >= 0xe0020 && c <= 0xe007f;
  }

  /// Letters that look like nothing.
  private static boolean blank(int c) {
    return switch (c) {
      case 0x34f, 0x115f, 0x1160, 0x17b4, 0x17b5, 0x2800, 0x3164, 0xffa0 -> true;
      default -> false;
    };
  }

  private static boolean nonCharacter(int c) {
    return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
  }
}
