package sotto.store.write;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.group.GroupId;

/// The groups last used, up to a bound on what they weigh together; one is kept in any case.
/// Belongs to the writer of their buckets.
final class GroupCache {
  private final int capacity;
  private final Map<GroupId, KnownGroup> groups = new LinkedHashMap<>(16, 0.75f, true);
  private long weight;

  /// Keeps at most so much.
  GroupCache(int capacity) {
    this.capacity = capacity;
  }

  Optional<KnownGroup> find(GroupId group) {
    return Optional.ofNullable(groups.get(group));
  }

  void put(KnownGroup group) {
    drop(Set.of(group.id()));
    groups.put(group.id(), group);
    weight += group.weight();
    var oldest = groups.values().iterator();
    while (weight > capacity && groups.size() > 1) {
      weight -= oldest.next().weight();
      oldest.remove();
    }
  }

  void drop(Collection<GroupId> ids) {
    for (GroupId id : ids) {
      Optional.ofNullable(groups.remove(id)).ifPresent(group -> weight -= group.weight());
    }
  }

  void dropBuckets(Set<Integer> buckets) {
    drop(groups.keySet().stream().filter(id -> buckets.contains(bucket(id))).toList());
  }

  /// A group is its owner's as an account of the same id would be.
  static int bucket(GroupId id) {
    return new AccountId(id.high(), id.low()).bucket();
  }
}
