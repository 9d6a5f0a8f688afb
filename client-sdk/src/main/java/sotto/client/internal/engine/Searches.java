package sotto.client.internal.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import sotto.client.HistoryProgress;
import sotto.client.MessageView;
import sotto.client.SearchQuery;
import sotto.client.SottoException;
import sotto.client.Username;
import sotto.client.internal.archive.History;
import sotto.client.internal.search.Phrase;
import sotto.client.internal.search.Sought;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Search;
import sotto.client.internal.store.SearchIndex;

/// Looks for messages in all conversations. Any thread but the lane.
public final class Searches {
  /// Others use the lane between pieces of this many messages.
  private static final int PIECE = 500;

  private static final int SMALL_PIECE = 64;
  private static final long LATER_MILLIS = 1000;

  private final Core core;
  private final History history;
  private final AtomicBoolean due = new AtomicBoolean();

  Searches(Core core, History history) {
    this.core = core;
    this.history = history;
  }

  /// Puts the messages that are not in the index into it, if there are any, and from now on what
  /// comes, a second later and all of that second at once.
  void begin() {
    long behind =
        core.lane()
            .call(_ -> {
              index().onLater(this::later);
              return index().behind();
            });
    if (behind > 0) {
      core.inBackground("search", () -> catchUp(_ -> {}));
    }
  }

  private void later() {
    if (due.compareAndSet(false, true)) {
      core.timers().after(LATER_MILLIS, () -> core.inBackground("search", this::putNew));
    }
  }

  private void putNew() {
    due.set(false);
    while (core.lane().call(_ -> index().catchUp(SMALL_PIECE))) {
      // The lane is others' too between two pieces.
    }
  }

  private SearchIndex index() {
    return core.store().searchIndex();
  }

  private void catchUp(Consumer<HistoryProgress> progress) {
    long total = core.lane().call(_ -> index().behind());
    long done = 0;
    while (done < total && core.lane().call(_ -> index().catchUp(PIECE))) {
      done = Math.min(total, done + PIECE);
      if (total > PIECE) {
        progress.accept(new HistoryProgress(done, total));
      }
    }
  }

  /// The messages that a query finds, newest first.
  ///
  /// @param words the query's
  /// @param progress told how far the index is, if it has to be made first
  public List<MessageView> search(
      SearchQuery query, List<Phrase> words, Consumer<HistoryProgress> progress) {
    catchUp(progress);
    return history.search(core.lane().call(_ -> search(query, words)), query.limit());
  }

  private Search search(SearchQuery query, List<Phrase> words) {
    List<Phrase> wanted = new ArrayList<>(words);
    if (query.withFiles()) {
      wanted.add(SearchIndex.withFiles());
    }
    List<Phrase> all = new ArrayList<>(wanted);
    Optional<Long> contact = query.in().map(user -> contact("in", user));
    contact.map(SearchIndex::in).ifPresent(all::add);
    if (query.from().isPresent()) {
      Username user = query.from().get();
      if (core.identity().filter(self -> self.account().username().equals(user)).isPresent()) {
        all.add(SearchIndex.own());
      } else {
        long author = contact("from", user);
        all.add(SearchIndex.from(author));
        contact = contact.or(() -> Optional.of(author));
      }
    }
    return new Search(
        new Sought(
            all,
            query.after().map(Instant::toEpochMilli).orElse(0L),
            query.before().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE)),
        wanted,
        contact);
  }

  private long contact(String field, Username user) {
    return core.store()
        .contacts()
        .find(user)
        .map(ContactRow::id)
        .orElseThrow(() ->
            SottoException.invalid(field, "There is no conversation with '" + user + "' here."));
  }
}
