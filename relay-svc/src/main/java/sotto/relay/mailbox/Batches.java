package sotto.relay.mailbox;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import sotto.relay.pods.Route;
import sotto.relay.pods.Routes;

/// Requests of one kind, gathered for each route by itself: a pod that is slow holds up its own
/// batches only. Thread-safe.
///
/// @param <Q> one request
/// @param <A> one answer
final class Batches<Q, A> {
  /// Sends a batch without blocking.
  @FunctionalInterface
  interface Call<Q, A> {
    /// Sends; calls one of the two, once.
    void send(Route to, List<Q> batch, Consumer<List<A>> told, Consumer<Throwable> failed);
  }

  private final Routes routes;
  private final Call<Q, A> call;
  private final int most;
  private final ConcurrentHashMap<Route, Gather<Q, A>> gathers = new ConcurrentHashMap<>();

  /// None gathered.
  ///
  /// @param routes told which routes answer
  /// @param call sends a batch
  /// @param most the most requests in one batch, at least 1
  Batches(Routes routes, Call<Q, A> call, int most) {
    this.routes = routes;
    this.call = call;
    this.most = most;
  }

  /// Adds a request to the next batch of a route.
  ///
  /// @param answer told once, with empty when the batch failed; must not block
  void add(Route to, Q request, Consumer<Optional<A>> answer) {
    gathers.computeIfAbsent(to, this::gather).add(request, answer);
  }

  private Gather<Q, A> gather(Route to) {
    return new Gather<>(
        (batch, answer) ->
            call.send(
                to,
                batch,
                answers -> {
                  routes.answered(to);
                  answer.accept(Optional.of(answers));
                },
                failure -> {
                  routes.failed(to, failure);
                  answer.accept(Optional.empty());
                }),
        most);
  }

  /// Forgets the routes. What is gathered or under way goes on.
  void forgetRoutes() {
    gathers.clear();
  }
}
