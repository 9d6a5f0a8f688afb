package sotto.relay.route;

import com.google.protobuf.ByteString;
import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.mesh.PodList;
import sotto.mesh.Pods;
import sotto.presence.v1.AttachResponse;
import sotto.relay.call.Detached;
import sotto.relay.time.Wheel;

/// What this relay keeps at the presence pods: its streams, what they publish and what they watch,
/// each on the two pods that its account chooses.
///
/// The tables here are the truth: each pod's [PresenceLink] brings there what is wanted there, anew
/// after every break. A registration is acknowledged (protocol C4) when both pods have it, or one
/// has it and the other can hold no lease of this relay. When the list of pods changes, [PodMove]
/// says when what is written where.
///
/// Thread-safe: callers only queue; one turn does the rest, listeners run in it.
public final class PresencePods {
  /// Who hears what presence says; must not block.
  public interface Listener {
    /// A device is connected elsewhere: its streams below the number are to be closed.
    void displaced(DeviceAddress device, long connectionNumber);

    /// Watched presence changed.
    void seen(List<Long> watches, boolean online);

    /// Another relay ended without saying so: what it was to forward may be lost (protocol P3).
    /// Several pods may say so.
    void relayLost();
  }

  private static final Logger LOG = System.getLogger(PresencePods.class.getName());
  private static final long RENEW_MILLIS = 3_000;

  private final Pods pods;
  private final String relay;
  private final Clock clock;
  private final Wheel wheel;
  private final long lingerMillis;
  private final Listener listener;
  private final SynchronizationContext turn =
      new SynchronizationContext(
          (thread, e) -> LOG.log(Level.ERROR, "the presence streams' turn failed", e));
  private volatile PodLists lists = PodLists.NONE;

  // Touched in the turn only.
  private final Map<String, PresenceLink> links = new LinkedHashMap<>();
  private final Set<Registration> registrations = new LinkedHashSet<>();
  private final Set<Registration> unknown = new LinkedHashSet<>();
  private final Map<Long, Watching> watches = new LinkedHashMap<>();
  private final PodMove move;
  private final Events events = new Events();
  private long epoch;
  private long changes;
  private boolean closed;

  /// No registrations, and not attached.
  ///
  /// @param pods the presence pods
  /// @param relay this relay's name
  /// @param clock makes epochs increase over restarts
  /// @param wheel for renewals, back-off and pace
  /// @param movesPerSecond most registrations and watches brought to new pods when the list of pods
  ///   has changed, at least 10
  /// @param lingerMillis how long other relays may take to learn a new list of pods
  /// @param listener who hears what presence says
  public PresencePods(
      Pods pods,
      String relay,
      Clock clock,
      Wheel wheel,
      int movesPerSecond,
      long lingerMillis,
      Listener listener) {
    this.pods = pods;
    this.relay = relay;
    this.clock = clock;
    this.wheel = wheel;
    this.lingerMillis = lingerMillis;
    this.listener = listener;
    this.move = new PodMove(wheel, turn, movesPerSecond, lingerMillis, new Moved());
  }

  /// Attaches, and keeps attached.
  public void start() {
    wheel.every(
        RENEW_MILLIS, () -> turn.execute(() -> links.values().forEach(PresenceLink::renew)));
    pods.onChange(() -> turn.execute(this::adopt));
    turn.execute(this::adopt);
  }

  /// Registers a stream; [Registration] says when it is acknowledged.
  public void connected(Registration registration) {
    turn.execute(() -> {
      registrations.add(registration);
      unknown.add(registration);
      place(registration);
    });
  }

  /// Takes a stream back.
  public void disconnected(Registration registration) {
    turn.execute(() -> {
      if (registrations.remove(registration)) {
        unknown.remove(registration);
        registration.places().wanted.forEach(link -> link.leave(registration));
      }
    });
  }

  /// Publishes a stream's presence.
  public void published(
      Registration registration, boolean visible, List<ByteString> accessKeyHashes) {
    turn.execute(() -> {
      var change = registration.publish(visible, accessKeyHashes);
      if (registrations.contains(registration)) {
        registration.places().wanted.forEach(link -> link.change(change));
      }
    });
  }

  /// Watches an account.
  ///
  /// @param watch names the watch; never used again
  public void watch(long watch, AccountId account, ByteString accessKey) {
    turn.execute(() -> {
      var watching = new Watching(watch, account, accessKey);
      watches.put(watch, watching);
      place(watching);
    });
  }

  /// Ends a watch.
  public void unwatch(long watch) {
    turn.execute(() ->
        Optional.ofNullable(watches.remove(watch))
            .ifPresent(gone -> gone.places().wanted.forEach(link -> link.leave(gone))));
  }

  /// A way to look for devices at the same pods.
  Search search() {
    return new Search(pods, () -> lists);
  }

  /// What a list that names nobody says is that discovery has failed.
  private void adopt() {
    var list = pods.list();
    if (closed || list.equals(move.current()) || list.names().isEmpty()) {
      return;
    }
    lists = lists.then(list);
    long change = ++changes;
    wheel.after(lingerMillis, () -> turn.execute(() -> settle(change)));
    list.names()
        .forEach(pod -> {
          if (!links.containsKey(pod)) {
            var channel = Detached.of(pods.channel(pod));
            links.put(pod, new PresenceLink(pod, channel, relay, wheel, turn, events));
          }
        });
    move.to(list);
    list.names().forEach(pod -> link(pod).ifPresent(PresenceLink::attach));
  }

  private void settle(long change) {
    if (change == changes) {
      lists = lists.settled();
    }
  }

  private void place(Entry entry) {
    move.written().forEach(list -> place(entry, list));
  }

  private void place(Entry entry, PodList list) {
    for (var pod : PodLists.of(entry.account(), list)) {
      link(pod)
          .filter(link -> !entry.places().wanted.contains(link))
          .ifPresent(link -> {
            entry.places().wanted.add(link);
            link.enter(entry);
          });
    }
  }

  private Optional<PresenceLink> link(String pod) {
    return Optional.ofNullable(links.get(pod));
  }

  private boolean isAt(Entry entry, PodList list) {
    boolean somewhere = false;
    for (var pod : PodLists.of(entry.account(), list)) {
      var link = link(pod);
      if (link.filter(entry.places().acknowledged::contains).isPresent()) {
        somewhere = true;
      } else if (link.filter(PresenceLink::mayHoldLease).isPresent()) {
        return false;
      }
    }
    return somewhere;
  }

  private boolean isKept(Entry entry) {
    return switch (entry) {
      case Registration registration -> registrations.contains(registration);
      case Watching watching -> watches.get(watching.number()) == watching;
    };
  }

  private void confirm(Registration registration) {
    if (!registration.known() && isAt(registration, move.completed())) {
      unknown.remove(registration);
      registration.confirm();
    }
  }

  private List<Entry> entries() {
    var all = new ArrayList<Entry>(registrations.size() + watches.size());
    all.addAll(registrations);
    all.addAll(watches.values());
    return all;
  }

  private void tell(Watching watch, Optional<Boolean> news) {
    news.ifPresent(online -> listener.seen(List.of(watch.number()), online));
  }

  /// Leaves every pod.
  ///
  /// @param orderly false if other relays are to be told that this one is lost
  public void close(boolean orderly) {
    turn.execute(() -> {
      closed = true;
      links.values().forEach(link -> link.close(orderly));
      links.clear();
    });
  }

  private final class Moved implements PodMove.Owner {
    @Override
    public Collection<Entry> entries() {
      return PresencePods.this.entries();
    }

    @Override
    public void place(Entry entry, PodList list) {
      if (isKept(entry)) {
        PresencePods.this.place(entry, list);
      }
    }

    @Override
    public boolean isAt(PodList list) {
      return registrations.stream()
          .allMatch(
              registration -> !registration.known() || PresencePods.this.isAt(registration, list));
    }

    @Override
    public void completed() {
      links.values().forEach(PresenceLink::pump);
      List.copyOf(unknown).forEach(PresencePods.this::confirm);
    }

    @Override
    public void withdraw() {
      var gone = new ArrayList<PresenceLink>();
      links.values().stream()
          .filter(link -> !move.current().names().contains(link.pod()))
          .forEach(gone::add);
      for (var entry : entries()) {
        var stay = PodLists.of(entry.account(), move.current());
        for (var link : List.copyOf(entry.places().wanted)) {
          if (!stay.contains(link.pod())) {
            entry.places().drop(link);
            link.leave(entry);
            if (entry instanceof Watching watch) {
              tell(watch, watch.withoutVote(link));
            }
          }
        }
      }
      gone.forEach(link -> {
        links.remove(link.pod());
        link.close(true);
      });
    }
  }

  private final class Events implements PresenceLink.Owner {
    @Override
    public List<Entry> wantedAt(PresenceLink link) {
      return entries().stream().filter(entry -> entry.places().wanted.contains(link)).toList();
    }

    @Override
    public long nextEpoch() {
      epoch = Math.max(epoch + 1, clock.millis());
      return epoch;
    }

    @Override
    public OptionalLong completed() {
      return move.completed().names().isEmpty()
          ? OptionalLong.empty()
          : OptionalLong.of(move.completed().version());
    }

    @Override
    public void acknowledged(PresenceLink link, Entry entry) {
      var places = entry.places();
      if (!isKept(entry) || !places.wanted.contains(link)) {
        return;
      }
      if (!places.acknowledged.contains(link)) {
        places.acknowledged.add(link);
      }
      if (entry instanceof Registration registration) {
        confirm(registration);
      }
    }

    @Override
    public void detached(PresenceLink link) {
      for (var registration : registrations) {
        var acknowledged = registration.places().acknowledged;
        if (acknowledged.remove(link) && acknowledged.isEmpty()) {
          registration.forgotten();
          unknown.add(registration);
        }
      }
      for (var watch : watches.values()) {
        watch.places().acknowledged.remove(link);
        tell(watch, watch.withoutVote(link));
      }
      lapsed(link);
    }

    @Override
    public void lapsed(PresenceLink link) {
      List.copyOf(unknown).forEach(PresencePods.this::confirm);
    }

    @Override
    public void said(PresenceLink link, AttachResponse frame) {
      switch (frame.getFrameCase()) {
        case DISPLACED -> {
          var displaced = frame.getDisplaced();
          Locations.device(
                  new AccountId(displaced.getAccountId().toByteArray()), displaced.getDevice())
              .ifPresent(device -> listener.displaced(device, displaced.getConnectionNumber()));
        }
        case SEEN -> seen(link, frame.getSeen().getWatchesList(), frame.getSeen().getOnline());
        case RELAY_LOST -> listener.relayLost();
        case LEASED, DONE, FRAME_NOT_SET -> {}
      }
    }

    private void seen(PresenceLink link, List<Long> numbers, boolean online) {
      var news = new ArrayList<Long>();
      for (var number : numbers) {
        Optional.ofNullable(watches.get(number))
            .filter(watch -> watch.places().wanted.contains(link))
            .filter(watch -> watch.vote(link, online).isPresent())
            .ifPresent(watch -> news.add(watch.number()));
      }
      if (!news.isEmpty()) {
        listener.seen(news, online);
      }
    }
  }
}
