package sotto.client.internal.search;

import java.util.List;

/// Terms that follow each other in a text.
///
/// @param terms none = nothing that could be looked for
/// @param prefix whether the last one may go on
public record Phrase(List<String> terms, boolean prefix) {
  /// Copies the terms.
  public Phrase {
    terms = List.copyOf(terms);
  }

  /// One whole term.
  public static Phrase exactly(String term) {
    return new Phrase(List.of(term), false);
  }

  /// Whether terms of a text have it.
  public boolean in(List<String> text) {
    for (int from = 0; from + terms.size() <= text.size(); from++) {
      if (at(text, from)) {
        return true;
      }
    }
    return false;
  }

  private boolean at(List<String> text, int from) {
    int last = terms.size() - 1;
    for (int i = 0; i < last; i++) {
      if (!text.get(from + i).equals(terms.get(i))) {
        return false;
      }
    }
    String there = text.get(from + last);
    return prefix ? there.startsWith(terms.get(last)) : there.equals(terms.get(last));
  }

  /// The beginnings of so few characters that a good part of all texts may have one.
  boolean slight() {
    String last = terms.getLast();
    return prefix && terms.size() == 1 && last.codePointCount(0, last.length()) <= 3;
  }

  /// As FTS5 asks (https://sqlite.org/fts5.html#fts5_phrases); terms hold no quotation marks.
  String match() {
    return "\"" + String.join(" ", terms) + "\"" + (prefix ? "*" : "");
  }

  /// Whether a term is of a script without spaces.
  public static boolean spaceless(String term) {
    return Terms.spaceless(term.codePointAt(0));
  }
}
