package sotto.client.internal.store;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sotto.client.internal.search.Phrase;
import sotto.client.internal.search.Sought;

/// Which words are in which segment of the archive: one document each, of terms without places, so
/// that a search knows which segments to fetch. What it finds is then looked for in the messages.
public final class ArchiveWords {
  // What the column `words` says of a segment; one that is in no index is fetched for every search.
  private static final int BEFORE = 0;
  private static final int HERE = 1;

  private final Sql sql;
  private final ArchiveText before;

  ArchiveWords(Sql sql, ArchiveText before) {
    this.sql = sql;
    this.before = before;
  }

  /// The queries of both indexes that find every segment with such a message. A phrase is several
  /// terms there, which only have to be in the segment, as the index has no places.
  ///
  /// @param now of this index; empty = all segments
  /// @param before of the one of an earlier version; empty = all segments
  public record Match(String now, String before) {}

  /// What finds the segments that may have what is looked for.
  ///
  /// @param words leaves out the terms of conversations and authors, which segments do not have
  public Match match(List<Phrase> words) {
    return new Match(
        words.stream().flatMap(ArchiveWords::terms).collect(Collectors.joining(" ")),
        before.match(words));
  }

  private static Stream<String> terms(Phrase phrase) {
    int last = phrase.terms().size() - 1;
    return Stream.iterate(0, i -> i <= last, i -> i + 1)
        .map(i -> new Phrase(List.of(phrase.terms().get(i)), phrase.prefix() && i == last))
        .map(one -> new Sought(List.of(one), 0, 0).match());
  }

  /// Adds a segment's document.
  public void add(long segment, List<ArchivedMessage> messages) {
    sql.update("INSERT INTO archive_words(rowid, words) VALUES(?, ?)", segment, document(messages));
    sql.update("UPDATE archive_segment SET words = 1 WHERE id = ?", segment);
  }

  /// Takes a segment's document away.
  ///
  /// @param messages the same messages as were added: the index keeps no text
  public void remove(long segment, List<ArchivedMessage> messages) {
    int index = index(segment);
    if (index == HERE) {
      sql.update(
          "INSERT INTO archive_words(archive_words, rowid, words) VALUES('delete', ?, ?)",
          segment,
          document(messages));
    } else if (index == BEFORE) {
      before.remove(segment, messages);
    }
  }

  /// Moves a segment here from the index of an earlier version, now that its messages are at hand.
  public void renew(long segment, List<ArchivedMessage> messages) {
    if (index(segment) != HERE) {
      remove(segment, messages);
      add(segment, messages);
    }
  }

  private int index(long segment) {
    return (int) sql.number("SELECT words FROM archive_segment WHERE id = ?", segment);
  }

  private static String document(List<ArchivedMessage> messages) {
    return messages.stream()
        .flatMap(m ->
            SearchIndex.terms(m.text(), m.files().stream().map(Attached.Entry::name).toList())
                .stream())
        .collect(Collectors.joining(" "));
  }
}
