package sotto.relay.route;

import io.grpc.SynchronizationContext;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import sotto.mesh.PodList;
import sotto.relay.time.Wheel;

/// The way from one list of presence pods to the next (protocol C4).
///
/// # States
///
/// ```
/// SETTLED   -> MOVING     the list changed: what moved is brought to its new pods, so many a second
/// MOVING    -> LINGERING  the new pods have everything that presence ever acknowledged: they are told so
/// LINGERING -> SETTLED    the others have had time to learn the list: what moved is taken from its old pods
/// MOVING or LINGERING -> MOVING  the list changed again
/// ```
///
/// Outside SETTLED everything is written to the pods of every list since the last SETTLED. In the
/// turn of [PresencePods] only.
final class PodMove {
  /// What is moved; called in the turn.
  interface Owner {
    /// Everything that is kept at pods, as it is now.
    Collection<Entry> entries();

    /// Brings an entry to its pods of a list.
    void place(Entry entry, PodList list);

    /// Whether all that presence has acknowledged is at its pods of this list.
    boolean isAt(PodList list);

    /// The pods are to be told that everything is there.
    void completed();

    /// What is at pods that it need not be at is to be taken away.
    void withdraw();
  }

  private static final long STEP_MILLIS = 100;
  private static final int MOST_LISTS = 8;

  private final Wheel wheel;
  private final SynchronizationContext turn;
  private final int perStep;
  private final long lingerMillis;
  private final Owner owner;
  private final ArrayDeque<Entry> moving = new ArrayDeque<>();
  private final SequencedSet<PodList> written = new LinkedHashSet<>();
  private PodList current = PodList.EMPTY;
  private PodList completed = PodList.EMPTY;
  private long changes;

  /// @param movesPerSecond most entries brought to new pods
  /// @param lingerMillis how long the old pods are still written to when the new have everything
  PodMove(
      Wheel wheel,
      SynchronizationContext turn,
      int movesPerSecond,
      long lingerMillis,
      Owner owner) {
    this.wheel = wheel;
    this.turn = turn;
    this.perStep = Math.max(1, Math.toIntExact(movesPerSecond * STEP_MILLIS / 1_000));
    this.lingerMillis = lingerMillis;
    this.owner = owner;
  }

  PodList current() {
    return current;
  }

  /// The list that the pods are told everything is registered by.
  PodList completed() {
    return completed;
  }

  /// The lists whose pods are written to, the current one last.
  Collection<PodList> written() {
    return written;
  }

  /// The list has changed. A first one needs no move: nothing was anywhere.
  void to(PodList list) {
    boolean first = current.names().isEmpty();
    current = list;
    written.remove(list);
    written.add(list);
    if (written.size() > MOST_LISTS) {
      written.remove(eldestUnneeded());
    }
    if (first) {
      completed = list;
      owner.entries().forEach(entry -> owner.place(entry, list));
      return;
    }
    moving.clear();
    moving.addAll(owner.entries());
    long change = ++changes;
    wheel.after(STEP_MILLIS, () -> turn.execute(() -> step(change)));
  }

  private PodList eldestUnneeded() {
    return written.stream().filter(list -> !list.equals(completed)).findFirst().orElseThrow();
  }

  private void step(long change) {
    if (change != changes) {
      return;
    }
    for (int i = 0; i < perStep && !moving.isEmpty(); i++) {
      owner.place(moving.removeFirst(), current);
    }
    if (!moving.isEmpty() || !owner.isAt(current)) {
      wheel.after(STEP_MILLIS, () -> turn.execute(() -> step(change)));
      return;
    }
    completed = current;
    owner.completed();
    wheel.after(lingerMillis, () -> turn.execute(() -> settle(change)));
  }

  private void settle(long change) {
    if (change == changes) {
      written.retainAll(List.of(current));
      owner.withdraw();
    }
  }
}
