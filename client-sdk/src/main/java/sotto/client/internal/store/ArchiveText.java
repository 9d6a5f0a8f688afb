package sotto.client.internal.store;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// Which words are in which segment of the archive: one document each, of terms without places, so
/// that a search knows which segments to fetch. What it finds is then looked for in the messages.
public final class ArchiveText {
  private final Sql sql;
  private boolean ready;

  ArchiveText(Sql sql) {
    this.sql = sql;
  }

  /// Adds a segment's document.
  public void add(long segment, List<ArchivedMessage> messages) {
    sql.update("INSERT INTO archive_text(rowid, text) VALUES(?, ?)", segment, document(messages));
  }

  /// Takes a segment's document away.
  ///
  /// @param messages the same messages as were added: the index keeps no text
  public void remove(long segment, List<ArchivedMessage> messages) {
    sql.update(
        "INSERT INTO archive_text(archive_text, rowid, text) VALUES('delete', ?, ?)",
        segment,
        document(messages));
  }

  private static String document(List<ArchivedMessage> messages) {
    return messages.stream().map(ArchivedMessage::text).collect(Collectors.joining("\n"));
  }

  /// The query that finds every segment with a message that has all these words or beginnings of
  /// words. A word with a mark inside, such as `e-mail`, is several terms that follow each other in
  /// the text; here they only have to be there, as the index has no places.
  ///
  /// @return empty if there is nothing in the words to look for
  public String match(List<String> words) {
    prepare();
    List<String> parts = new ArrayList<>();
    for (String word : words) {
      List<String> terms = terms(word);
      for (int i = 0; i < terms.size(); i++) {
        parts.add("\"" + terms.get(i) + "\"" + (i == terms.size() - 1 ? "*" : ""));
      }
    }
    return String.join(" ", parts);
  }

  /// What the tokenizer of the index makes of a word.
  private List<String> terms(String word) {
    sql.update("INSERT INTO temp.search_word(rowid, text) VALUES(1, ?)", word);
    try {
      return sql.list("SELECT term FROM temp.search_term ORDER BY \"offset\"", r -> r.text(1));
    } finally {
      sql.update("DELETE FROM temp.search_word");
    }
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
      ready = true;
    }
  }
}
