package sotto.relay.pods;

import io.grpc.Channel;
import io.grpc.Status;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.UnaryOperator;
import sotto.chain.AccountId;
import sotto.mailbox.v1.AppendResult;
import sotto.mesh.HostPort;
import sotto.mesh.PassOn;
import sotto.mesh.Pods;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.relay.time.Wheel;

/// Where the calls about each bucket go, and the epoch that its owner was last heard in (protocol
/// B3, L1).
///
/// # Choice
///
/// In this order, leaving out what does not answer:
///
/// ```
/// the owner that a store named or that answered as one
/// the owner through the pod that named it       the owner does not answer this relay, but that pod
/// the pod that named it                          it takes over once the owner is silent to it too
/// the pods by rendezvous                         but for those that have just said that they leave
/// ```
///
/// If none of them answers, the first of them all the same: there is nobody else to ask. Which of
/// two relays with different lists is right is not decided here: both follow what stores answer.
///
/// # What does not answer
///
/// A route that failed is left out for [#SILENT_MILLIS]; then one call tries it, and the others go
/// on leaving it out until that call is answered.
///
/// Thread-safe, without locks; nothing blocks. What it knows is a hint: a wrong one costs a hop.
public final class Routes {
  /// How long a route that failed is left out, milliseconds.
  static final long SILENT_MILLIS = 5_000;

  /// How long a pod that did not take a bucket is left out for it, milliseconds.
  static final long LEAVING_MILLIS = 10_000;

  // An answer as recent as this shows that a call without one is no sign of a dead pod.
  private static final long HEARD_MILLIS = 2_000;
  // How exactly it is noted when a route was heard.
  private static final long GRAIN_MILLIS = 500;

  private final Pods pods;
  private final Wheel wheel;
  private final AtomicReferenceArray<Place> places = new AtomicReferenceArray<>(AccountId.BUCKETS);
  private final AtomicLongArray epochs = new AtomicLongArray(AccountId.BUCKETS);
  // When each route failed, or was last tried after it had.
  private final ConcurrentHashMap<Route, Long> failed = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Route, Long> heard = new ConcurrentHashMap<>();
  private final AtomicInteger turn = new AtomicInteger();

  /// Nothing known yet.
  ///
  /// @param pods the store pods
  /// @param wheel the time
  public Routes(Pods pods, Wheel wheel) {
    this.pods = pods;
    this.wheel = wheel;
    for (int i = 0; i < AccountId.BUCKETS; i++) {
      places.set(i, Place.UNKNOWN);
    }
  }

  /// Where to ask about a bucket now. May be another the next time, whatever was heard in between.
  public Route of(int bucket) {
    var place = places.get(bucket);
    if (!place.owner().isEmpty()) {
      var direct = Route.to(place.owner());
      if (isUsable(direct)) {
        return direct;
      }
      if (!place.namedBy().isEmpty() && !place.namedBy().equals(place.owner())) {
        var through = new Route(place.owner(), place.namedBy());
        if (isUsable(through)) {
          return through;
        }
        var namer = Route.to(place.namedBy());
        if (isUsable(namer)) {
          return namer;
        }
      }
    }
    return byRendezvous(bucket, place);
  }

  private Route byRendezvous(int bucket, Place place) {
    var ranked = pods.list().ranked(bucket);
    Optional<Route> leaving = Optional.empty();
    for (var pod : ranked) {
      var route = Route.to(pod);
      if (place.owner().equals(pod) || !isUsable(route)) {
        continue;
      }
      if (!isLeaving(place, pod)) {
        return route;
      }
      leaving = leaving.or(() -> Optional.of(route));
    }
    if (leaving.isPresent()) {
      return leaving.get();
    }
    if (!place.owner().isEmpty()) {
      return Route.to(place.owner());
    }
    return ranked.isEmpty() ? Route.NOWHERE : Route.to(ranked.getFirst());
  }

  private boolean isLeaving(Place place, String pod) {
    Long said = place.without().get(pod);
    return said != null && wheel.now() - said < LEAVING_MILLIS;
  }

  private boolean isUsable(Route route) {
    long now = wheel.now();
    Long at = failed.get(route);
    if (at == null) {
      if (!pods.isDown(route.firstHop())) {
        return true;
      }
      failed.putIfAbsent(route, now);
      return false;
    }
    // One caller tries it; the others see that it was tried just now.
    return now - at >= SILENT_MILLIS && failed.replace(route, at, now);
  }

  /// A pod that answers, another one each time, for calls that are about no account.
  public Route any() {
    var names = pods.list().names();
    if (names.isEmpty()) {
      return Route.NOWHERE;
    }
    int from = turn.getAndIncrement();
    for (int i = 0; i < names.size(); i++) {
      var route = Route.to(names.get(Math.floorMod(from + i, names.size())));
      if (isUsable(route)) {
        return route;
      }
    }
    return Route.to(names.get(Math.floorMod(from, names.size())));
  }

  /// The channel of a route.
  public Channel channel(Route route) {
    if (route.pod().isEmpty()) {
      return Pods.none().channel(route.pod());
    }
    var first = pods.channel(route.firstHop());
    return route.isDirect() ? first : PassOn.via(first, route.pod());
  }

  /// A pod has answered, whatever.
  public void answered(Route asked) {
    failed.remove(asked);
    long now = wheel.now();
    Long at = heard.get(asked);
    if (at == null || now - at >= GRAIN_MILLIS) {
      heard.put(asked, now);
    }
  }

  /// A pod has answered as only the owner of a bucket does.
  public void owns(int bucket, Route asked) {
    answered(asked);
    if (asked.isDirect() && !places.get(bucket).owner().equals(asked.pod())) {
      update(bucket, place -> place.ownedBy(asked.pod(), ""));
    }
  }

  /// A pod has answered that another one owns a bucket.
  ///
  /// @param row the owner as the bucket's row names it, `pod/start`; empty = nobody, and the pod
  ///   does not take it
  public void moved(int bucket, Route asked, String row) {
    answered(asked);
    var owner = row.indexOf('/') < 0 ? row : row.substring(0, row.indexOf('/'));
    if (owner.isEmpty()) {
      update(bucket, place -> place.notOwnedBy(asked.pod(), wheel.now()));
    } else if (isName(owner)) {
      update(bucket, place -> place.ownedBy(owner, asked.firstHop()));
    }
  }

  private boolean isName(String pod) {
    if (pods.list().names().contains(pod)) {
      return true;
    }
    try {
      return HostPort.parse(pod).port() > 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void update(int bucket, UnaryOperator<Place> change) {
    places.updateAndGet(bucket, change);
  }

  /// A call has failed.
  ///
  /// @param failure what it ended with
  /// @return whether that is a sign that the route leads nowhere, and it is left out from now on;
  ///   an answer with a reason of the pod itself is none
  public boolean failed(Route asked, Throwable failure) {
    boolean silence = isSilence(asked, failure);
    if (silence) {
      failed.put(asked, wheel.now());
    } else if (Statuses.reason(failure).isPresent()) {
      answered(asked);
    }
    return silence;
  }

  private boolean isSilence(Route asked, Throwable failure) {
    var reason = Statuses.reason(failure);
    if (reason.isPresent()) {
      return reason.get() == Reason.SHUTTING_DOWN
          || (reason.get() == Reason.UNAVAILABLE && !asked.isDirect());
    }
    return switch (Status.fromThrowable(failure).getCode()) {
      case UNAVAILABLE -> true;
      case DEADLINE_EXCEEDED -> {
        Long at = heard.get(asked);
        yield at == null || wheel.now() - at >= HEARD_MILLIS;
      }
      default -> false;
    };
  }

  /// The epoch in which a bucket was last heard of.
  ///
  /// @return 0 when it is not known
  public long epoch(int bucket) {
    return epochs.get(bucket);
  }

  /// An append was answered.
  public void heard(int bucket, Route asked, AppendResult result) {
    long epoch = result.getEpoch();
    if (result.hasMoved()) {
      moved(bucket, asked, result.getMoved().getOwner());
      epochs.set(bucket, epoch);
    } else if (epoch != 0) {
      owns(bucket, asked);
      if (epochs.get(bucket) != epoch) {
        epochs.accumulateAndGet(bucket, epoch, Math::max);
      }
    } else {
      answered(asked);
    }
  }
}
