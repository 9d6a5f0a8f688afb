package sotto.blob.quota;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import sotto.mesh.HostPort;
import sotto.mesh.PassOn;
import sotto.mesh.Pods;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Finds the store pod that owns a bucket (protocol B3): the one that answered last, then by
/// rendezvous over the pods that discovery names; and follows *moved*.
///
/// One request asks a few pods, each once directly and, if another named it and it cannot be
/// reached, once through that one. It does not wait in between: who asked comes again.
///
/// Thread-safe; calls block.
final class Owners {
  private static final int MOST_HOPS = 6;
  private static final Duration LATER = Duration.ofSeconds(1);

  private final Pods stores;
  // Hints: a wrong one costs a hop.
  private final ConcurrentMap<Integer, String> owners = new ConcurrentHashMap<>();

  Owners(Pods stores) {
    this.stores = stores;
  }

  /// A pod, and who passes the call on to it.
  private record Hop(String pod, Optional<String> via) {
    static Hop to(String pod) {
      return new Hop(pod, Optional.empty());
    }
  }

  /// Asks the owner of a bucket.
  ///
  /// @param call made with one channel after the other; repeatable
  /// @throws StatusRuntimeException what the owner refused it with; UNAVAILABLE if nobody owns it
  ///   now
  <R> R ask(int bucket, Function<Channel, R> call) {
    SequencedSet<Hop> next = new LinkedHashSet<>(candidates(bucket));
    SequencedSet<Hop> asked = new LinkedHashSet<>();
    while (asked.size() < MOST_HOPS && !next.isEmpty()) {
      Hop hop = next.removeFirst();
      if (!asked.add(hop)) {
        continue;
      }
      try {
        R answer = call.apply(channel(hop));
        if (hop.via().isEmpty()) {
          owners.put(bucket, hop.pod());
        }
        return answer;
      } catch (StatusRuntimeException e) {
        List<Hop> elsewhere = elsewhere(hop, e);
        owners.remove(bucket, hop.pod());
        for (Hop other : elsewhere.reversed()) {
          next.remove(other);
          next.addFirst(other);
        }
      }
    }
    throw Statuses.unavailable("no store answers for the account", LATER);
  }

  private List<Hop> candidates(int bucket) {
    List<String> pods = new ArrayList<>();
    Optional.ofNullable(owners.get(bucket)).ifPresent(pods::add);
    List<String> ranked = stores.list().ranked(bucket);
    ranked.stream().filter(pod -> !stores.isDown(pod)).forEach(pods::add);
    pods.addAll(ranked);
    return pods.stream().distinct().map(Hop::to).toList();
  }

  /// Where to ask after a refusal, before the others.
  ///
  /// @throws StatusRuntimeException the refusal, if another pod would not know better
  private static List<Hop> elsewhere(Hop asked, StatusRuntimeException refusal) {
    Optional<String> row = Statuses.movedTo(refusal);
    if (row.isPresent()) {
      String owner = row.get().split("/", 2)[0];
      boolean named = isName(owner) && !owner.equals(asked.pod());
      return named ? List.of(Hop.to(owner), new Hop(owner, Optional.of(asked.pod()))) : List.of();
    }
    if (!isSilence(refusal)) {
      throw refusal;
    }
    return List.of();
  }

  private static boolean isSilence(StatusRuntimeException refusal) {
    Optional<Reason> reason = Statuses.reason(refusal);
    return reason.isPresent()
        ? reason.get() == Reason.SHUTTING_DOWN || reason.get() == Reason.UNAVAILABLE
        : switch (Status.fromThrowable(refusal).getCode()) {
          case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED -> true;
          default -> false;
        };
  }

  private static boolean isName(String pod) {
    try {
      return HostPort.parse(pod).port() > 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private Channel channel(Hop hop) {
    return hop.via()
        .map(via -> PassOn.via(stores.channel(via), hop.pod()))
        .orElseGet(() -> stores.channel(hop.pod()));
  }
}
