package sotto.client.internal.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import sotto.client.internal.search.Phrase;

/// The words of segments that an earlier version archived, as SQLite's own tokenizer cut them: a
/// run of a script without spaces is one term there. They come into [ArchiveWords] when they are
/// fetched.
final class ArchiveText {
  /// More terms than this that have two characters inside: the segments are not told apart by them.
  private static final int MOST_TERMS = 200;

  private final Sql sql;
  private boolean ready;

  ArchiveText(Sql sql) {
    this.sql = sql;
  }

  /// Takes a segment's document away.
  ///
  /// @param messages the same messages as were added: the index keeps no text
  void remove(long segment, List<ArchivedMessage> messages) {
    sql.update(
        "INSERT INTO archive_text(archive_text, rowid, text) VALUES('delete', ?, ?)",
        segment,
        messages.stream().map(ArchivedMessage::text).collect(Collectors.joining("\n")));
  }

  /// The query that finds every segment with a message that has all these phrases.
  ///
  /// @return empty if there is none in the index, or nothing in the phrases that tells them apart
  String match(List<Phrase> phrases) {
    if (sql.number("SELECT count(*) FROM archive_segment WHERE words = 0") == 0) {
      return "";
    }
    prepare();
    List<String> parts = new ArrayList<>();
    for (Phrase phrase : phrases) {
      for (int i = 0; i < phrase.terms().size(); i++) {
        String term = phrase.terms().get(i);
        if (term.startsWith(SearchIndex.MARK)) {
          // Names of files are not in it.
          continue;
        }
        if (Phrase.spaceless(term)) {
          inside(term).ifPresent(parts::add);
        } else {
          parts.addAll(cut(term, phrase.prefix() && i == phrase.terms().size() - 1));
        }
      }
    }
    return String.join(" AND ", parts);
  }

  /// What the tokenizer of the index makes of a word.
  private List<String> cut(String word, boolean prefix) {
    sql.update("INSERT INTO temp.search_word(rowid, text) VALUES(1, ?)", word);
    try {
      List<String> terms =
          sql.list("SELECT term FROM temp.search_term ORDER BY \"offset\"", r -> r.text(1));
      List<String> parts = new ArrayList<>();
      for (int i = 0; i < terms.size(); i++) {
        parts.add("\"" + terms.get(i) + "\"" + (prefix && i == terms.size() - 1 ? "*" : ""));
      }
      return parts;
    } finally {
      sql.update("DELETE FROM temp.search_word");
    }
  }

  /// Any of the terms that have these characters inside. The tokenizer has cut at vowel signs.
  private Optional<String> inside(String characters) {
    String letters =
        characters
            .codePoints()
            .filter(Character::isLetterOrDigit)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    if (letters.isEmpty() || letters.length() < characters.length()) {
      return Optional.empty();
    }
    List<String> terms =
        sql.list(
            "SELECT term FROM temp.archive_term WHERE instr(term, ?) > 0 LIMIT ?",
            r -> r.text(1),
            letters,
            MOST_TERMS + 1);
    if (terms.size() > MOST_TERMS) {
      return Optional.empty();
    }
    return Optional.of(
        terms.isEmpty()
            ? "\"" + letters + "\""
            : terms.stream()
                .map(t -> "\"" + t + "\"")
                .collect(Collectors.joining(" OR ", "(", ")")));
  }

  private void prepare() {
    if (!ready) {
      sql.run(
          "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_word USING fts5(text, "
              + Schema.TOKENIZER
              + ")");
      sql.run(
          "CREATE VIRTUAL TABLE IF NOT EXISTS temp.search_term USING fts5vocab('temp',"
              + " 'search_word', 'instance')");
      sql.run(
          "CREATE VIRTUAL TABLE IF NOT EXISTS temp.archive_term USING fts5vocab('main',"
              + " 'archive_text', 'row')");
      ready = true;
    }
  }
}
