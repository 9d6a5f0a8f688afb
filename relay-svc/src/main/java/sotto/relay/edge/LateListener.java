package sotto.relay.edge;

import io.grpc.ServerCall;
import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The listener of a call whose real listener comes later: keeps what is called meanwhile and hands
/// it on in order. Few things come before the real one has asked for messages.
///
/// Thread-safe by its turn.
final class LateListener<Q> extends ServerCall.Listener<Q> {
  private static final Logger LOG = System.getLogger(LateListener.class.getName());

  private final SynchronizationContext turn =
      new SynchronizationContext((thread, e) -> LOG.log(Level.ERROR, "a call failed", e));
  // Touched in the turn only.
  private final List<Consumer<ServerCall.Listener<Q>>> early = new ArrayList<>();
  private Optional<ServerCall.Listener<Q>> real = Optional.empty();

  void become(ServerCall.Listener<Q> listener) {
    turn.execute(() -> {
      real = Optional.of(listener);
      early.forEach(call -> call.accept(listener));
      early.clear();
    });
  }

  private void pass(Consumer<ServerCall.Listener<Q>> call) {
    turn.execute(() -> real.ifPresentOrElse(call, () -> early.add(call)));
  }

  @Override
  public void onMessage(Q message) {
    pass(listener -> listener.onMessage(message));
  }

  @Override
  public void onHalfClose() {
    pass(ServerCall.Listener::onHalfClose);
  }

  @Override
  public void onCancel() {
    pass(ServerCall.Listener::onCancel);
  }

  @Override
  public void onComplete() {
    pass(ServerCall.Listener::onComplete);
  }

  @Override
  public void onReady() {
    pass(ServerCall.Listener::onReady);
  }
}
