package sotto.client.internal.search;

import java.util.List;
import java.util.stream.Collectors;

/// What is looked for, in the terms of the index.
///
/// @param phrases all of them are wanted; at least one
/// @param first the earliest time, milliseconds since 1970
/// @param end the time that all are before
public record Sought(List<Phrase> phrases, long first, long end) {
  /// Copies the phrases.
  public Sought {
    phrases = List.copyOf(phrases);
  }

  /// The same as FTS5 asks.
  public String match() {
    return phrases.stream().map(Phrase::match).collect(Collectors.joining(" "));
  }

  /// Whether the terms of a text have all of it.
  public boolean in(List<String> text) {
    return phrases.stream().allMatch(p -> p.in(text));
  }

  /// Whether a good part of all texts may have it: then it costs less to look at the newest ones
  /// than to put the lists of all terms with these beginnings together.
  public boolean dense() {
    return phrases.stream().anyMatch(Phrase::slight);
  }
}
