package sotto.relay.mailbox;

import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Makes batches of single requests: one batch is in flight, what comes meanwhile gathers for the
/// next.
///
/// Every request is answered once: with the batch's answer at its index, or with empty when the
/// batch failed. Thread-safe: callers only queue; one turn sends and answers, and the callbacks run
/// in it and must not block.
///
/// @param <Q> one request
/// @param <A> one answer
public final class Gather<Q, A> {
  private static final Logger LOG = System.getLogger(Gather.class.getName());

  /// Sends a batch without blocking.
  ///
  /// @param <Q> one request
  /// @param <A> one answer
  @FunctionalInterface
  public interface Call<Q, A> {
    /// Sends; calls `answer` once, with as many answers as requests in their order, or with empty
    /// when it failed.
    void send(List<Q> batch, Consumer<Optional<List<A>>> answer);
  }

  private record Item<Q, A>(Q request, Consumer<Optional<A>> answer) {}

  private final Call<Q, A> call;
  private final int most;
  private final SynchronizationContext turn =
      new SynchronizationContext((thread, e) -> LOG.log(Level.ERROR, "a batch failed", e));
  // Touched in the turn only.
  private final ArrayDeque<Item<Q, A>> waiting = new ArrayDeque<>();
  private boolean inFlight;

  /// An empty gathering.
  ///
  /// @param call sends a batch
  /// @param most the most requests in one batch, at least 1
  public Gather(Call<Q, A> call, int most) {
    this.call = call;
    this.most = most;
  }

  /// Adds a request to the next batch.
  ///
  /// @param request what is asked
  /// @param answer told once; must not block
  public void add(Q request, Consumer<Optional<A>> answer) {
    turn.execute(() -> {
      waiting.add(new Item<>(request, answer));
      send();
    });
  }

  private void send() {
    if (inFlight || waiting.isEmpty()) {
      return;
    }
    inFlight = true;
    var items = new ArrayList<Item<Q, A>>();
    while (items.size() < most && !waiting.isEmpty()) {
      items.add(waiting.removeFirst());
    }
    var requests = new ArrayList<Q>(items.size());
    items.forEach(item -> requests.add(item.request()));
    call.send(requests, answers -> turn.execute(() -> answered(items, answers)));
  }

  private void answered(List<Item<Q, A>> items, Optional<List<A>> answers) {
    inFlight = false;
    send();
    for (int i = 0; i < items.size(); i++) {
      items.get(i).answer().accept(answerAt(answers, i, items.size()));
    }
  }

  private static <A> Optional<A> answerAt(Optional<List<A>> answers, int index, int expected) {
    return answers.filter(list -> list.size() == expected).map(list -> list.get(index));
  }
}
