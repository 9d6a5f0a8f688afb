package sotto.mesh;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// One [TokenBucket] for each key, with a bound on how many keys are remembered.
///
/// A bucket that is full again is forgotten when room is needed, the least recently used first.
/// When none is, keys that are not remembered share one bucket: who makes up keys to get past a
/// limit gets less, never more, and remembered keys are not touched.
///
/// Thread-safe: keys are spread over parts, each guarded by its own lock, held for some map
/// operations.
///
/// @param <K> what is limited, such as an account; needs `equals` and `hashCode`
public final class RateLimits<K> {
  private static final int PARTS = 16;
  // How many of the least recently used are looked at for a full one.
  private static final int LOOK = 8;

  private final List<Part<K>> parts = new ArrayList<>();

  /// No key remembered.
  ///
  /// @param rate each key's
  /// @param maxKeys how many are remembered, at least 16; rounded up to a multiple of 16
  /// @param clock measures the refill
  public RateLimits(Rate rate, int maxKeys, MonotonicClock clock) {
    Require.between("max-keys", maxKeys, PARTS, 1 << 28);
    for (var i = 0; i < PARTS; i++) {
      parts.add(new Part<>(rate, (maxKeys + PARTS - 1) / PARTS, clock));
    }
  }

  /// Takes tokens of a key, all or none.
  ///
  /// @param key whose
  /// @param tokens how many
  /// @return whether
  public Permit take(K key, int tokens) {
    return bucket(key).take(tokens);
  }

  /// What [#take] would answer now. Takes nothing.
  ///
  /// @param key whose
  /// @param tokens how many
  public Permit ask(K key, int tokens) {
    return bucket(key).ask(tokens);
  }

  /// Puts tokens back that were taken and not used.
  ///
  /// @param key whose
  /// @param tokens how many
  public void giveBack(K key, int tokens) {
    bucket(key).giveBack(tokens);
  }

  private TokenBucket bucket(K key) {
    var hash = key.hashCode() * 0x9E3779B9;
    return parts.get(hash >>> 28).bucket(key);
  }

  /// How many keys are remembered now.
  ///
  /// @return at most the bound
  public int size() {
    return parts.stream().mapToInt(Part::size).sum();
  }

  private static final class Part<K> {
    private final Rate rate;
    private final int maxKeys;
    private final MonotonicClock clock;
    private final TokenBucket shared;
    // Guarded by itself; least recently used first.
    private final LinkedHashMap<K, TokenBucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    Part(Rate rate, int maxKeys, MonotonicClock clock) {
      this.rate = rate;
      this.maxKeys = maxKeys;
      this.clock = clock;
      this.shared = new TokenBucket(rate, clock);
    }

    TokenBucket bucket(K key) {
      synchronized (buckets) {
        var known = buckets.get(key);
        if (known != null) {
          return known;
        }
        if (buckets.size() >= maxKeys && !forgetOne()) {
          return shared;
        }
        var bucket = new TokenBucket(rate, clock);
        buckets.put(key, bucket);
        return bucket;
      }
    }

    int size() {
      synchronized (buckets) {
        return buckets.size();
      }
    }

    private boolean forgetOne() {
      Optional<K> full =
          buckets.entrySet().stream()
              .limit(LOOK)
              .filter(e -> e.getValue().isFull())
              .map(e -> e.getKey())
              .findFirst();
      full.ifPresent(buckets::remove);
      return full.isPresent();
    }
  }
}
