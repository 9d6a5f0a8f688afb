package sotto.relay.route;

import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import sotto.chain.AccountId;
import sotto.mesh.Pods;
import sotto.presence.v1.Located;
import sotto.presence.v1.Location;
import sotto.relay.call.Detached;

/// Looks for devices at the presence pods (protocol C4): at one of the account's two; at the other
/// if the first does not have all of them; and if then one is missing and a pod could not know or
/// did not answer, or the list has just changed, at every pod of this list and the one before.
///
/// Thread-safe: callers only queue; one turn does the rest, and those who ask are told in it.
final class Search {
  private static final Logger LOG = System.getLogger(Search.class.getName());

  private final Supplier<PodLists> lists;
  private final Pods pods;
  private final SynchronizationContext turn =
      new SynchronizationContext((thread, e) -> LOG.log(Level.ERROR, "a search failed", e));
  // Touched in the turn only.
  private final Map<String, PodReader> readers = new HashMap<>();

  Search(Pods pods, Supplier<PodLists> lists) {
    this.pods = pods;
    this.lists = lists;
  }

  void find(AccountId account, Set<Integer> devices, Consumer<Found> told) {
    turn.execute(() -> new Question(account, Optional.of(devices), told).next());
  }

  void findAll(AccountId account, Consumer<Found> told) {
    turn.execute(() -> new Question(account, Optional.empty(), told).next());
  }

  private PodReader reader(String pod, PodLists now) {
    if (!readers.containsKey(pod)) {
      // Those of pods that are gone are not needed any more.
      readers.keySet().retainAll(now.without(Set.of()));
      readers.put(pod, new PodReader(Detached.of(pods.channel(pod))));
    }
    return readers.get(pod);
  }

  private final class Question {
    private final AccountId account;
    private final Optional<Set<Integer>> wanted;
    private final Consumer<Found> told;
    private final PodLists now = lists.get();
    private final ArrayDeque<String> toAsk;
    private final Set<String> asked = new LinkedHashSet<>();
    private final Map<Integer, Location> found = new TreeMap<>();
    private boolean doubtful = now.changing();
    private boolean wide;
    private int unanswered;

    /// @param wanted empty = all there are
    Question(AccountId account, Optional<Set<Integer>> wanted, Consumer<Found> told) {
      this.account = account;
      this.wanted = wanted;
      this.told = told;
      this.toAsk = new ArrayDeque<>(PodLists.of(account, now.current()));
      if (!toAsk.isEmpty() && pods.isDown(toAsk.getFirst())) {
        toAsk.addLast(toAsk.removeFirst());
      }
    }

    void next() {
      if (unanswered > 0) {
        return;
      }
      if (isFound()) {
        tell(true);
      } else if (!toAsk.isEmpty()) {
        ask(toAsk.removeFirst());
      } else if (doubtful && !wide) {
        wide = true;
        now.without(asked).forEach(this::ask);
        next();
      } else {
        tell(!doubtful);
      }
    }

    private void tell(boolean sure) {
      told.accept(new Found(List.copyOf(found.values()), sure));
    }

    private boolean isFound() {
      return wanted.map(found.keySet()::containsAll).orElse(false);
    }

    private void ask(String pod) {
      asked.add(pod);
      unanswered++;
      reader(pod, now)
          .locate(account, now.current().version(), located -> turn.execute(() -> heard(located)));
    }

    private void heard(Optional<Located> answer) {
      unanswered--;
      doubtful |= answer.map(Located::getWarming).orElse(true);
      answer
          .map(Located::getLocationsList)
          .orElse(List.of())
          .forEach(location -> found.merge(location.getDevice(), location, Question::newer));
      next();
    }

    private static Location newer(Location one, Location other) {
      return Long.compareUnsigned(one.getConnectionNumber(), other.getConnectionNumber()) >= 0
          ? one
          : other;
    }
  }
}
