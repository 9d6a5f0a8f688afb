package sotto.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import sotto.client.internal.search.Phrase;
import sotto.client.internal.search.Words;

/// What to look for in all conversations.
///
/// Words are beginnings of words, in any order; `"two words"` in quotation marks follow each other
/// and end there. Case, diacritics and punctuation do not count. In scripts without spaces between
/// words, such as Chinese and Thai, any part of a text is found. The names of files count as text.
///
/// @param words the words; may be empty if there is something else to go by
/// @param from who wrote it; the account's own name = its own messages
/// @param in whose conversation
/// @param withFiles whether only messages with files
/// @param after not before this
/// @param before earlier than this
/// @param limit 1 to 10,000 messages
public record SearchQuery(
    String words,
    Optional<Username> from,
    Optional<Username> in,
    boolean withFiles,
    Optional<Instant> after,
    Optional<Instant> before,
    int limit) {
  /// How many messages there are unless something else is said.
  public static final int USUAL_LIMIT = 50;

  private static final int MAX_LIMIT = 10_000;
  private static final int MAX_WORDS = 64;

  /// Checks it.
  ///
  /// @throws SottoException INVALID_INPUT with a sentence
  public SearchQuery {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw SottoException.invalid("limit", "A limit is 1 to 10,000.");
    }
    if (after.isPresent() && before.isPresent() && !after.get().isBefore(before.get())) {
      throw SottoException.invalid("after", "Nothing is after the one time and before the other.");
    }
    if (Words.read(words).size() > MAX_WORDS) {
      throw SottoException.invalid("words", "A search has at most 64 words.");
    }
  }

  /// Looks for words.
  public static SearchQuery of(String words) {
    return new SearchQuery(
        words,
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        Optional.empty(),
        USUAL_LIMIT);
  }

  /// The same, written by this user.
  public SearchQuery from(Username user) {
    return new SearchQuery(words, Optional.of(user), in, withFiles, after, before, limit);
  }

  /// The same, in the conversation with this user.
  public SearchQuery in(Username user) {
    return new SearchQuery(words, from, Optional.of(user), withFiles, after, before, limit);
  }

  /// The same, messages with files only.
  public SearchQuery onlyWithFiles() {
    return new SearchQuery(words, from, in, true, after, before, limit);
  }

  /// The same, at this time or later.
  public SearchQuery after(Instant time) {
    return new SearchQuery(words, from, in, withFiles, Optional.of(time), before, limit);
  }

  /// The same, before this time.
  public SearchQuery before(Instant time) {
    return new SearchQuery(words, from, in, withFiles, after, Optional.of(time), limit);
  }

  /// The same, as many messages at most.
  public SearchQuery limit(int messages) {
    return new SearchQuery(words, from, in, withFiles, after, before, messages);
  }

  /// Checks that there is something to go by, before a home is opened for it.
  ///
  /// @throws SottoException INVALID_INPUT with a sentence
  public void check() {
    var _ = phrases();
  }

  /// What the words are in the terms of the index.
  ///
  /// @throws SottoException INVALID_INPUT if there is nothing to go by
  List<Phrase> phrases() {
    List<Phrase> phrases = Words.read(words);
    if (phrases.isEmpty() && !words.isBlank()) {
      throw SottoException.invalid("words", "There is no letter and no digit to look for.");
    }
    if (phrases.isEmpty() && from.isEmpty() && in.isEmpty() && !withFiles) {
      throw SottoException.invalid(
          "words", "Say what to look for: a word, a user, or messages with files.");
    }
    return phrases;
  }
}
