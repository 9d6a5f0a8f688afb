package sotto.relay.edge;

import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import sotto.chain.Ed25519PublicKey;
import sotto.mailbox.v1.GetTokenKeysResponse;
import sotto.mailbox.v1.TokenKey;
import sotto.relay.time.Wheel;

/// The public keys that tokens are checked with, as the store last told them.
///
/// Asked for at the start, every ten minutes, and when a token names a key that is not known, but
/// not more often than every five seconds: anybody can make up a key's name. Thread-safe; nothing
/// blocks.
public final class TokenKeys {
  /// Where keys come from.
  @FunctionalInterface
  public interface Source {
    /// Asks without blocking; tells once, empty when there is no answer.
    void ask(Consumer<Optional<GetTokenKeysResponse>> told);
  }

  private static final Logger LOG = System.getLogger(TokenKeys.class.getName());
  private static final long AGAIN_MILLIS = 600_000;
  private static final long APART_MILLIS = 5_000;
  private static final long FAILED_APART_MILLIS = 250;

  private final Source source;
  private final Wheel wheel;
  private final SynchronizationContext turn =
      new SynchronizationContext((thread, e) -> LOG.log(Level.ERROR, "token keys failed", e));
  private volatile Map<String, PublicKey> keys = Map.of();
  private volatile boolean upToDate;

  // Touched in the turn only.
  private final List<Runnable> waiting = new ArrayList<>();
  private boolean asking;
  private long notBefore;

  /// No keys yet.
  public TokenKeys(Source source, Wheel wheel) {
    this.source = source;
    this.wheel = wheel;
    this.notBefore = wheel.now();
  }

  /// Asks for the first time, and from then on.
  public void start() {
    refresh(() -> {});
    wheel.every(AGAIN_MILLIS, () -> refresh(() -> {}));
  }

  /// The key of a name, if it is known.
  Optional<PublicKey> find(String kid) {
    return Optional.ofNullable(keys.get(kid));
  }

  /// Whether the store answered when it was asked last: if not, a key that is not known may be one
  /// of its own.
  boolean upToDate() {
    return upToDate;
  }

  /// Asks again unless that was just done.
  ///
  /// @param then run once, when the answer is in or will not come
  void refresh(Runnable then) {
    turn.execute(() -> {
      if (asking) {
        waiting.add(then);
      } else if (wheel.now() < notBefore) {
        then.run();
      } else {
        asking = true;
        waiting.add(then);
        source.ask(answer -> turn.execute(() -> answered(answer)));
      }
    });
  }

  private void answered(Optional<GetTokenKeysResponse> answer) {
    asking = false;
    notBefore = wheel.now() + (answer.isPresent() ? APART_MILLIS : FAILED_APART_MILLIS);
    answer.ifPresent(this::take);
    upToDate = answer.isPresent();
    var told = List.copyOf(waiting);
    waiting.clear();
    told.forEach(Runnable::run);
  }

  private void take(GetTokenKeysResponse response) {
    var next = new HashMap<String, PublicKey>();
    for (var key : response.getKeysList()) {
      parse(key).ifPresent(parsed -> next.put(key.getId(), parsed));
    }
    keys = Map.copyOf(next);
  }

  private static Optional<PublicKey> parse(TokenKey key) {
    var parsed =
        key.getId().isEmpty()
            ? Optional.<Ed25519PublicKey>empty()
            : Ed25519PublicKey.parse(key.getPublicKey().toByteArray());
    if (parsed.isEmpty()) {
      LOG.log(Level.ERROR, "the store told a token key that is none");
    }
    return parsed.map(Ed25519PublicKey::toJdk);
  }
}
