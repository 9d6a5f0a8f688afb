package sotto.client.internal.store;

import java.util.List;
import java.util.Optional;
import sotto.client.internal.search.Phrase;
import sotto.client.internal.search.Sought;

/// What is looked for, once the users in it are known.
///
/// @param sought all of it
/// @param words of that, what stands in texts and names of files
/// @param contact the conversation, if only one will do
public record Search(Sought sought, List<Phrase> words, Optional<Long> contact) {
  /// Copies the words.
  public Search {
    words = List.copyOf(words);
  }
}
