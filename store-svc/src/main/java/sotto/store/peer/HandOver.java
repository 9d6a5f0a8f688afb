package sotto.store.peer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.AccountId;
import sotto.mesh.PodList;
import sotto.mesh.Pods;
import sotto.store.write.Call;
import sotto.store.write.OwnerName;
import sotto.store.write.Peers;
import sotto.store.write.Writers;

/// Gives buckets to the pods that they belong to by rendezvous over the list that this pod sees
/// (protocol B3): a few at each [#step], those first that come first.
///
/// Given is only what this owner took more than ten seconds ago, and only to a pod that answers and
/// does not leave. Two pods with different lists so send a bucket back and forth at most every ten
/// seconds.
public final class HandOver {
  private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);
  private static final int AT_ONCE = 32;

  private final OwnerName self;
  private final Pods pods;
  private final Peers peers;
  private final Writers writers;
  // Of whoever steps it.
  private List<Call<Boolean>> underWay = List.of();

  /// Of this owner's buckets.
  ///
  /// @param pods who is there
  /// @param peers whether they answer
  public HandOver(OwnerName self, Pods pods, Peers peers, Writers writers) {
    this.self = self;
    this.pods = pods;
    this.peers = peers;
    this.writers = writers;
  }

  /// Gives the next ones, up to 32. To be called every second; does not wait for the database.
  public void step() {
    PodList list = pods.list();
    Map<String, Optional<String>> ready = new HashMap<>();
    list.names().stream()
        .filter(pod -> !pod.equals(self.pod()))
        // Asks all of them, so that it is known how they are before anybody needs it.
        .forEach(pod -> ready.put(pod, peers.ready(pod)));
    boolean any = ready.values().stream().anyMatch(Optional::isPresent);
    if (!any || !underWay.stream().allMatch(Call::isOver)) {
      return;
    }
    Map<String, Set<Integer>> given = new TreeMap<>();
    int count = 0;
    for (int bucket = 0; bucket < AccountId.BUCKETS && count < AT_ONCE; bucket++) {
      if (writers.ownership().mayGive(bucket)) {
        List<String> first = list.ranked(bucket, 1);
        Optional<String> to = ready.getOrDefault(first.getFirst(), Optional.empty());
        if (to.isPresent()) {
          given.computeIfAbsent(to.get(), _ -> new TreeSet<>()).add(bucket);
          count++;
        }
      }
    }
    List<Call<Boolean>> begun = new ArrayList<>();
    given.forEach((to, buckets) -> {
      LOG.info("hands {} buckets to {}", buckets.size(), to);
      begun.addAll(writers.handOver(buckets, to));
    });
    underWay = begun;
  }
}
