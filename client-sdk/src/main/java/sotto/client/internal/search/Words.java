package sotto.client.internal.search;

import java.util.ArrayList;
import java.util.List;
import sotto.client.SottoException;

/// Reads what a user looks for: words, and phrases in quotation marks (straight or typographic).
public final class Words {
  private static final String MARKS = "\"“”„";

  private Words() {}

  /// The phrases.
  ///
  /// @return empty if there is nothing in it to look for
  /// @throws SottoException INVALID_INPUT if a quotation mark has no partner
  public static List<Phrase> read(String text) {
    List<Phrase> phrases = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (MARKS.indexOf(c) >= 0) {
        end(part, quoted, phrases);
        quoted = !quoted;
      } else if (!quoted && Character.isWhitespace(c)) {
        end(part, false, phrases);
      } else {
        part.append(c);
      }
    }
    if (quoted) {
      throw SottoException.invalid(
          "words", "A quotation mark has no partner: a phrase stands between two of them.");
    }
    end(part, false, phrases);
    return phrases;
  }

  private static void end(StringBuilder part, boolean quoted, List<Phrase> phrases) {
    if (!part.isEmpty()) {
      Phrase phrase = quoted ? Terms.phrase(part.toString()) : Terms.word(part.toString());
      if (!phrase.terms().isEmpty()) {
        phrases.add(phrase);
      }
      part.setLength(0);
    }
  }
}
