package sotto.store.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import sotto.chain.AccountId;

/// Which buckets lie on one shard together: contiguous ranges, in order.
///
/// The keyspace id of a row is its sharding key itself (vindex `binary`), so a shard that Vitess
/// calls `40-80` has the ids from 0x40… up to below 0x80…. Its limits must be limits of buckets
/// (protocol B1).
///
/// @param firstBuckets the first bucket of each shard, increasing, beginning with 0
public record ShardMap(List<Integer> firstBuckets) {
  /// A database that is not sharded.
  public static final ShardMap ONE = new ShardMap(List.of(0));

  private static final int BITS_BELOW_BUCKET = 6;
  private static final int MOST_TOGETHER = 64;

  /// Checks the order.
  public ShardMap {
    firstBuckets = List.copyOf(firstBuckets);
    int before = -1;
    for (int first : firstBuckets) {
      if (first <= before || first >= AccountId.BUCKETS || (before == -1 && first != 0)) {
        throw new IllegalArgumentException("shards are in order and begin with bucket 0");
      }
      before = first;
    }
    if (before == -1) {
      throw new IllegalArgumentException("there is at least one shard");
    }
  }

  /// The map of shards that Vitess names so, such as `-80` and `80-`, in any order.
  ///
  /// @throws StorageException if a limit is none of a bucket
  public static ShardMap of(Collection<String> names) {
    List<Integer> first = new ArrayList<>();
    for (String name : names) {
      first.add(limit(name, name.substring(0, Math.max(0, name.indexOf('-')))));
      var _ = limit(name, name.substring(name.indexOf('-') + 1));
    }
    return new ShardMap(first.stream().sorted().distinct().toList());
  }

  private static int limit(String name, String hex) {
    if (hex.isEmpty() || hex.equals("0")) {
      return 0;
    }
    byte[] bytes;
    try {
      bytes = HexFormat.of().parseHex(hex);
    } catch (IllegalArgumentException e) {
      throw new StorageException("a shard has a name that says no range: " + name);
    }
    int high = (bytes[0] & 0xff) << 8 | (bytes.length > 1 ? bytes[1] & 0xff : 0);
    boolean even = (high & (1 << BITS_BELOW_BUCKET) - 1) == 0;
    for (int i = 2; i < bytes.length; i++) {
      even &= bytes[i] == 0;
    }
    if (!even) {
      throw new StorageException(
          "the shard "
              + name
              + " cuts a bucket in two: limits of shards are multiples of 0x0040, the first ten bits");
    }
    return high >>> BITS_BELOW_BUCKET;
  }

  /// The number of the shard that has a bucket.
  public int shardOf(int bucket) {
    int shard = 0;
    while (shard + 1 < firstBuckets.size() && firstBuckets.get(shard + 1) <= bucket) {
      shard++;
    }
    return shard;
  }

  /// The keys of each shard, in order.
  public List<KeyRange> ranges() {
    List<KeyRange> ranges = new ArrayList<>();
    for (int i = 0; i < firstBuckets.size(); i++) {
      int end = i + 1 < firstBuckets.size() ? firstBuckets.get(i + 1) : AccountId.BUCKETS;
      ranges.add(KeyRange.ofBuckets(firstBuckets.get(i), end - 1));
    }
    return ranges;
  }

  /// Cuts buckets into groups of one shard, each of at most 64, in order.
  public List<List<Integer>> groups(Collection<Integer> buckets) {
    SortedMap<Integer, List<Integer>> byShard = new TreeMap<>();
    buckets.stream()
        .sorted()
        .distinct()
        .forEach(b -> byShard.computeIfAbsent(shardOf(b), _ -> new ArrayList<>()).add(b));
    List<List<Integer>> groups = new ArrayList<>();
    for (List<Integer> shard : byShard.values()) {
      for (int from = 0; from < shard.size(); from += MOST_TOGETHER) {
        groups.add(shard.subList(from, Math.min(shard.size(), from + MOST_TOGETHER)));
      }
    }
    return groups;
  }
}
