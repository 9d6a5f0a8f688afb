package sotto.client.internal.archive;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.MessageView.Place;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.store.ArchiveWords;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.Search;
import sotto.client.internal.store.SegmentRow;
import sotto.client.internal.store.Store;

/// Conversations and search as if nothing had ever left the store: what a page needs is fetched,
/// and the page is read in the same piece of work that finds nothing missing any more. Calls block;
/// not on the lane.
public final class History {
  private static final Comparator<MessageView> NEWEST_FIRST =
      Comparator.comparing(MessageView::place, SegmentRow.ORDER).reversed();

  private final Lane lane;
  private final Store store;
  private final Fetcher fetcher;
  private final Copies copies;

  History(Lane lane, Store store, Fetcher fetcher, Copies copies) {
    this.lane = lane;
    this.store = store;
    this.fetcher = fetcher;
    this.copies = copies;
  }

  /// A page, or what it lacks.
  private sealed interface Look {}

  private record Complete(List<MessageView> page) implements Look {}

  /// @param segment to be fetched
  /// @param until the part of the page that is newer than all of it
  private record Lacks(SegmentRow segment, List<MessageView> until) implements Look {}

  /// The newest messages of a conversation, oldest first.
  ///
  /// @param contact finds the conversation; on the lane
  /// @throws SottoException if none of them is here and the server cannot be reached
  public List<MessageView> newest(Supplier<Long> contact, int limit) {
    return page(contact, Optional.empty(), limit);
  }

  /// The newest messages of a conversation before a place, oldest first.
  ///
  /// @param contact finds the conversation; on the lane
  /// @throws SottoException if none of them is here and the server cannot be reached
  public List<MessageView> before(Supplier<Long> contact, Place place, int limit) {
    return page(contact, Optional.of(place), limit);
  }

  private List<MessageView> page(Supplier<Long> contact, Optional<Place> before, int limit) {
    Set<Long> held = new HashSet<>();
    try {
      while (true) {
        switch (lane.call(_ -> look(contact.get(), before, limit, held))) {
          case Complete(var page) -> {
            return page;
          }
          case Lacks(SegmentRow segment, var until) -> {
            switch (fetcher.fetch(segment)) {
              case Fetcher.Back _ -> held.add(segment.id());
              case Fetcher.Unreadable _ -> {}
              case Fetcher.Unreachable(SottoException why) -> {
                if (until.isEmpty()) {
                  throw inTheArchive(why);
                }
                return until;
              }
            }
          }
        }
      }
    } finally {
      release(held);
    }
  }

  private Look look(long contact, Optional<Place> before, int limit, Set<Long> held) {
    List<MessageView> rows =
        before
            .map(place -> store.messages().before(contact, place, limit))
            .orElseGet(() -> store.messages().newest(contact, limit));
    List<SegmentRow> away =
        before
            .map(place -> store.segments().awayBefore(contact, place))
            .orElseGet(() -> store.segments().away(contact));
    List<MessageView> all = new ArrayList<>(rows.reversed());
    List<SegmentRow> missing = new ArrayList<>();
    for (SegmentRow segment : away) {
      fetcher
          .loss(segment.id())
          .ifPresentOrElse(
              loss -> all.add(Gaps.lost(store, segment, loss)), () -> missing.add(segment));
    }
    List<MessageView> page = newest(all, limit);
    Optional<Place> oldest =
        page.size() >= limit ? Optional.of(page.getLast().place()) : Optional.empty();
    for (SegmentRow segment : missing) {
      if (oldest.map(place -> SegmentRow.ORDER.compare(segment.last(), place) >= 0).orElse(true)) {
        return new Lacks(segment, newerThan(page, segment.last()).reversed());
      }
    }
    touch(contact, page, held);
    return new Complete(page.reversed());
  }

  /// As many as asked for; more only where a gap begins at the very place of the last, because the
  /// page before goes on before that place.
  private static List<MessageView> newest(List<MessageView> all, int limit) {
    all.sort(NEWEST_FIRST);
    int end = Math.min(limit, all.size());
    while (end < all.size() && all.get(end).place().equals(all.get(end - 1).place())) {
      end++;
    }
    return all.subList(0, end);
  }

  private static List<MessageView> newerThan(List<MessageView> page, Place place) {
    return page.stream().filter(m -> SegmentRow.ORDER.compare(m.place(), place) > 0).toList();
  }

  /// Copies that were looked at are the last to leave.
  private void touch(long contact, List<MessageView> page, Set<Long> held) {
    if (!page.isEmpty()) {
      long from = page.getLast().place().sentAtMillis();
      long until = page.getFirst().place().sentAtMillis();
      for (long segment : store.segments().cachedBetween(contact, from, until)) {
        if (held.add(segment)) {
          copies.hold(segment);
        }
      }
    }
  }

  private static SottoException inTheArchive(SottoException why) {
    return SottoException.of(
        Code.SERVER_UNREACHABLE,
        "The rest of this conversation is in the archive, and the server cannot be reached.",
        why,
        why.retryAfter());
  }

  private void release(Set<Long> held) {
    if (!held.isEmpty()) {
      var _ =
          lane.submit(_ -> {
            copies.release(held);
            return true;
          });
    }
  }

  /// Messages with all that is looked for, newest first; a gap for each segment that may have some
  /// and cannot be read now.
  public List<MessageView> search(Search search, int limit) {
    Set<Long> held = new HashSet<>();
    Map<Long, MessageView> gaps = new HashMap<>();
    Set<Long> seen = new HashSet<>();
    try {
      ArchiveWords.Match match = lane.call(_ -> store.archiveWords().match(search.words()));
      while (true) {
        switch (lane.call(_ -> look(search, match, limit, gaps, seen))) {
          case Complete(var page) -> {
            return page;
          }
          case Lacks(SegmentRow segment, _) -> {
            seen.add(segment.id());
            switch (fetcher.fetch(segment)) {
              case Fetcher.Back _ -> keepIfFound(segment, search, held);
              case Fetcher.Unreadable(Fetcher.Loss loss) ->
                  gaps.put(segment.id(), lane.call(_ -> Gaps.lost(store, segment, loss)));
              case Fetcher.Unreachable _ ->
                  gaps.put(segment.id(), lane.call(_ -> Gaps.unreachable(store, segment)));
            }
          }
        }
      }
    } finally {
      release(held);
    }
  }

  private Look look(
      Search search,
      ArchiveWords.Match match,
      int limit,
      Map<Long, MessageView> gaps,
      Set<Long> seen) {
    List<MessageView> all =
        new ArrayList<>(store.messages().views(store.searchIndex().newest(search.sought(), limit)));
    all.addAll(gaps.values());
    List<MessageView> page = newest(all, limit);
    for (SegmentRow segment : store.segments().awayWith(match, search)) {
      boolean reaches =
          page.size() < limit
              || SegmentRow.ORDER.compare(segment.last(), page.getLast().place()) >= 0;
      if (reaches && !seen.contains(segment.id())) {
        return new Lacks(segment, List.of());
      }
    }
    return new Complete(page);
  }

  /// A segment has the words, but perhaps in different messages: then it need not stay.
  private void keepIfFound(SegmentRow segment, Search search, Set<Long> held) {
    boolean found =
        lane.call(_ -> {
          boolean finds = store.searchIndex().finds(segment.id(), search.sought());
          if (!finds) {
            copies.release(List.of(segment.id()));
          }
          return finds;
        });
    if (found) {
      held.add(segment.id());
    }
  }

  /// A message by its id.
  ///
  /// @throws SottoException if it may be in the archive and the server cannot be reached
  public Optional<MessageView> find(MessageId id) {
    return find(id, () -> store.messages().find(id));
  }

  /// The rows with a message id, an own one first. They may leave again soon.
  ///
  /// @throws SottoException if it may be in the archive and the server cannot be reached
  public List<Long> rows(MessageId id) {
    return find(id, () -> Optional.of(store.messages().rows(id)).filter(rows -> !rows.isEmpty()))
        .orElse(List.of());
  }

  private <T> Optional<T> find(MessageId id, Supplier<Optional<T>> local) {
    Set<Long> held = new HashSet<>();
    Set<Long> seen = new HashSet<>();
    try {
      while (true) {
        Optional<T> found = lane.call(_ -> local.get());
        Optional<SegmentRow> next =
            found.isPresent()
                ? Optional.empty()
                : lane.call(_ -> store.segments().awayWith(id)).stream()
                    .filter(s -> !seen.contains(s.id()))
                    .findFirst();
        if (next.isEmpty()) {
          return found;
        }
        seen.add(next.get().id());
        switch (fetcher.fetch(next.get())) {
          case Fetcher.Back _ -> held.add(next.get().id());
          case Fetcher.Unreadable _ -> {}
          case Fetcher.Unreachable(SottoException why) -> throw inTheArchive(why);
        }
      }
    } finally {
      release(held);
    }
  }
}
