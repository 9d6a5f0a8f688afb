package sotto.mesh;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// The pods of one service as discovery names them at one moment, and which of them is whose, by
/// rendezvous hashing (Thaler and Ravishankar, "Using name-based mappings to increase hit rates",
/// 1998): whoever has the same list chooses the same pod for a key, and a pod that comes or goes
/// moves only the keys that it wins or had.
///
/// A pod's name is where it is reached, `host:port`.
public final class PodList {
  /// No pods.
  public static final PodList EMPTY = new PodList(List.of());

  private final List<String> names;
  private final long[] hashes;
  private final long version;

  /// A list.
  ///
  /// @param names in any order; each counts once
  public PodList(Collection<String> names) {
    this.names = names.stream().distinct().sorted().toList();
    this.hashes = this.names.stream().mapToLong(PodList::hash).toArray();
    this.version = hash(String.join("\n", this.names));
  }

  /// The names, sorted.
  public List<String> names() {
    return names;
  }

  /// A hash of the list: equal lists have equal versions, on every machine.
  public long version() {
    return version;
  }

  /// All pods, the one that a key belongs to first, the one that would follow it next, and so on.
  ///
  /// @param key any number
  public List<String> ranked(long key) {
    var order = new ArrayList<>(IntStream.range(0, hashes.length).boxed().toList());
    order.sort(Comparator.comparingLong((Integer i) -> weight(key, i)).reversed());
    return order.stream().map(names::get).toList();
  }

  /// The first pods of [#ranked].
  ///
  /// @param most how many, if there are so many
  public List<String> ranked(long key, int most) {
    // Few are wanted of many: they are picked out, nothing is sorted.
    var best = new String[Math.min(most, hashes.length)];
    var weights = new long[best.length];
    int found = 0;
    for (int pod = 0; pod < hashes.length; pod++) {
      long weight = weight(key, pod);
      int place = found;
      while (place > 0 && weight > weights[place - 1]) {
        place--;
      }
      if (place < best.length) {
        found = Math.min(found + 1, best.length);
        System.arraycopy(best, place, best, place + 1, found - 1 - place);
        System.arraycopy(weights, place, weights, place + 1, found - 1 - place);
        best[place] = names.get(pod);
        weights[place] = weight;
      }
    }
    return List.of(best);
  }

  private long weight(long key, int pod) {
    return mix(hashes[pod] ^ mix(key));
  }

  /// The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
  /// generators", 2014).
  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  private static long hash(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(digest.digest(text.getBytes(StandardCharsets.UTF_8))).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PodList list && names.equals(list.names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  @Override
  public String toString() {
    return names.toString();
  }
}
