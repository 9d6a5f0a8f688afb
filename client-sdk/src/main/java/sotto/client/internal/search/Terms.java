package sotto.client.internal.search;

import java.util.ArrayList;
import java.util.List;

/// Cuts texts into the terms of the index.
///
/// A term is a run of letters, digits and their marks, folded. Where a script has no spaces between
/// words (Chinese, Japanese, Thai, …), and among symbols such as emoji, each two characters that
/// stand beside each other are a term, and so is the last of a run: whatever part of a run is
/// looked for, its pairs follow each other there.
///
/// ```
/// Zürich 2026      zurich 2026
/// 日本語の本       日本 本語 語の の本 本
/// ```
public final class Terms {
  private static final int LONGEST = 64;
  private static final int LONG_VOWEL_MARK = 0x30fc;
  private static final int FIRST_SPACELESS = 0xe00;

  private final List<String> terms = new ArrayList<>();
  private final boolean open;
  private boolean endsInPair;
  private boolean endsInSingle;

  private Terms(boolean open) {
    this.open = open;
  }

  /// The terms of a text, in order.
  public static List<String> of(String text) {
    Terms terms = new Terms(false);
    terms.cut(Folding.fold(text));
    return terms.terms;
  }

  /// What finds a word: texts in which one begins with it, or that have it inside a run without
  /// spaces.
  public static Phrase word(String word) {
    Terms terms = new Terms(true);
    terms.cut(Folding.fold(word));
    return new Phrase(terms.terms, !terms.endsInPair);
  }

  /// What finds words that follow each other, the last one whole.
  public static Phrase phrase(String words) {
    Terms terms = new Terms(true);
    terms.cut(Folding.fold(words));
    return new Phrase(terms.terms, terms.endsInSingle);
  }

  private void cut(String folded) {
    int lastEnd = open ? lastTermEnd(folded) : -1;
    int at = 0;
    while (at < folded.length()) {
      int c = folded.codePointAt(at);
      int start = at;
      if (spaceless(c)) {
        at = end(folded, at, true);
        pairs(folded.substring(start, at), at == lastEnd);
      } else if (written(c)) {
        at = end(folded, at, false);
        add(folded.substring(start, at));
      } else {
        at += Character.charCount(c);
      }
    }
  }

  private static int end(String folded, int start, boolean run) {
    int at = start;
    while (at < folded.length()) {
      int c = folded.codePointAt(at);
      if (run ? !spaceless(c) : spaceless(c) || !written(c)) {
        break;
      }
      at += Character.charCount(c);
    }
    return at;
  }

  private static int lastTermEnd(String folded) {
    int end = folded.length();
    while (end > 0) {
      int c = folded.codePointBefore(end);
      if (spaceless(c) || written(c)) {
        break;
      }
      end -= Character.charCount(c);
    }
    return end;
  }

  private void add(String term) {
    int points = term.codePointCount(0, Math.min(term.length(), 2 * LONGEST));
    terms.add(points > LONGEST ? term.substring(0, term.offsetByCodePoints(0, LONGEST)) : term);
    endsInPair = false;
    endsInSingle = false;
  }

  /// @param last whether what is looked for ends there: the text may go on
  private void pairs(String run, boolean last) {
    int[] points = run.codePoints().toArray();
    for (int i = 0; i + 1 < points.length; i++) {
      terms.add(new String(points, i, 2));
    }
    endsInPair = last && points.length > 1;
    endsInSingle = last && points.length == 1;
    if (!endsInPair) {
      terms.add(new String(points, points.length - 1, 1));
    }
  }

  /// Whether a character is of a script without spaces, or a symbol.
  static boolean spaceless(int c) {
    if (c < FIRST_SPACELESS) {
      return Character.getType(c) == Character.OTHER_SYMBOL;
    }
    if (c == LONG_VOWEL_MARK) {
      return true;
    }
    return switch (Character.UnicodeScript.of(c)) {
      case HAN, HIRAGANA, KATAKANA, BOPOMOFO, HANGUL, THAI, LAO, KHMER, MYANMAR -> written(c);
      default -> Character.getType(c) == Character.OTHER_SYMBOL;
    };
  }

  private static boolean written(int c) {
    return Character.isLetterOrDigit(c)
        || switch (Character.getType(c)) {
          case Character.NON_SPACING_MARK,
              Character.COMBINING_SPACING_MARK,
              Character.ENCLOSING_MARK,
              Character.LETTER_NUMBER,
              Character.OTHER_NUMBER ->
              true;
          default -> false;
        };
  }
}
