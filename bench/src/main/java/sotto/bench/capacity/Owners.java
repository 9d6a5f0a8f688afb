package sotto.bench.capacity;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import sotto.chain.AccountId;
import sotto.mesh.PodList;

/// Which store owns which bucket, by the mesh's own rendezvous hash. There are only
/// [AccountId#BUCKETS] of them, so that the fullest store has far more than the mean.
final class Owners {
  private Owners() {}

  /// So many pods, named as a chart names them.
  static PodList pods(String service, long count) {
    return new PodList(
        IntStream.range(0, Math.toIntExact(count))
            .mapToObj(i -> "sotto-" + service + "-" + i + "." + service + ":7711")
            .toList());
  }

  /// How many buckets each has.
  static Map<String, Integer> buckets(PodList stores) {
    Map<String, Integer> owned = new HashMap<>();
    for (int bucket = 0; bucket < AccountId.BUCKETS; bucket++) {
      List<String> owner = stores.ranked(bucket, 1);
      owned.merge(owner.getFirst(), 1, Integer::sum);
    }
    return owned;
  }

  /// What the fullest of so many stores has, as a part of all.
  static double fullest(long stores) {
    int most = buckets(pods("store", stores)).values().stream().mapToInt(i -> i).max().orElse(0);
    return (double) most / AccountId.BUCKETS;
  }

  /// The least number of stores of which the fullest has room for its share.
  ///
  /// @param load of all, in nodes' worth
  /// @throws IllegalArgumentException if one bucket alone is too much for a store
  static long enough(long least, double load) {
    long count = Math.max(least, (long) Math.ceil(load));
    while (count <= AccountId.BUCKETS) {
      if (fullest(count) * load <= 1) {
        return count;
      }
      count += Math.max(1, count / 64);
    }
    throw tooMany("stores", "store");
  }

  /// The least number of shards, each of which has as many whole buckets as it has room for.
  ///
  /// @param load of all, in shards' worth
  /// @throws IllegalArgumentException if one bucket alone is too much for a shard
  static long shards(double load) {
    if (load > AccountId.BUCKETS) {
      throw tooMany("shards", "shard");
    }
    long each = (long) (AccountId.BUCKETS / Math.max(1, load));
    return Math.ceilDiv(AccountId.BUCKETS, each);
  }

  private static IllegalArgumentException tooMany(String names, String option) {
    return new IllegalArgumentException(
        "no number of %s is enough: there are %d buckets, and the fullest is more than one of this size has room for; give them more (--%s-…)"
            .formatted(names, AccountId.BUCKETS, option));
  }
}
