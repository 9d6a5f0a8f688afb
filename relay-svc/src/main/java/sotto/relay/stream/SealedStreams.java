package sotto.relay.stream;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import sotto.chat.v1.SendResult;
import sotto.mesh.PeerAddress;
import sotto.relay.limit.Exceeded;

/// All streams of sealed sends of this relay. Thread-safe.
public final class SealedStreams {
  private static final Duration FULL_RETRY = Duration.ofSeconds(10);

  private final Supplier<Behind> behind;
  private final Set<SealedStream> all = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean leaving = new AtomicBoolean();

  /// No streams.
  ///
  /// @param behind what they share; asked for with the first stream
  public SealedStreams(Supplier<Behind> behind) {
    this.behind = behind;
  }

  SealedStream open(Optional<PeerAddress> from, ClientPort<SendResult> client) {
    var shared = behind.get();
    var itself = new SealedStream[1];
    var stream =
        new SealedStream(
            new Origin.Nobody(from),
            client,
            shared,
            () -> {
              all.remove(itself[0]);
              shared.sealed().ended(from);
              shared.metrics().sealedClosed();
            });
    itself[0] = stream;
    all.add(stream);
    shared.metrics().sealedOpened();
    var exceeded = shared.sealed().opened(from);
    if (leaving.get()) {
      stream.shutDown();
    } else if (exceeded.isPresent()) {
      stream.refuse(exceeded.get());
    } else if (all.size() > shared.config().maxStreams()) {
      stream.refuse(new Exceeded("max-streams", FULL_RETRY));
    }
    return stream;
  }

  /// Takes no more; what is there goes when it is answered.
  public void leave() {
    leaving.set(true);
    all.forEach(SealedStream::leave);
  }

  /// Ends every stream.
  public void shutDown() {
    leaving.set(true);
    all.forEach(SealedStream::shutDown);
  }

  /// Whether no stream is left.
  public boolean isEmpty() {
    return all.isEmpty();
  }
}
