package sotto.relay.route;

import io.grpc.Channel;
import io.grpc.SynchronizationContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.Change;
import sotto.presence.v1.Changes;
import sotto.presence.v1.Complete;
import sotto.presence.v1.Lease;
import sotto.presence.v1.PresenceServiceGrpc;
import sotto.presence.v1.PresenceServiceGrpc.PresenceServiceStub;
import sotto.presence.v1.Renew;
import sotto.proto.Reason;
import sotto.relay.call.OutStream;
import sotto.relay.time.Wheel;

/// The attach stream to one presence pod, and this relay's lease there.
///
/// # States
///
/// ```
/// DETACHED  -> ATTACHING  a stream is opened: lease, what has left, everything that is to be there
/// ATTACHING -> ATTACHED   the pod has granted the lease
/// either    -> DETACHED   the stream broke, or the pod had no answer for 5 s; opened again after back-off
/// any       -> CLOSED
/// ```
///
/// The epoch stays while the lease may live, so that a stream that breaks costs the pod no entry;
/// it is a new one when the lease has lapsed. What left while the pod was not reached is kept and
/// said first.
///
/// One batch of changes is in flight; what comes meanwhile gathers. In the turn of [PresencePods]
/// only.
final class PresenceLink {
  /// Whose link it is; called in the turn.
  interface Owner {
    /// All that is to be at this pod.
    List<Entry> wantedAt(PresenceLink link);

    /// A number above all that any pod has heard as this relay's epoch.
    long nextEpoch();

    /// The version of the list of pods for which everything is registered.
    OptionalLong completed();

    /// The pod has an entry.
    void acknowledged(PresenceLink link, Entry entry);

    /// The stream is over: what the pod has is not known any more.
    void detached(PresenceLink link);

    /// The pod cannot hold a lease of this relay any more.
    void lapsed(PresenceLink link);

    /// The pod says something of its own accord.
    void said(PresenceLink link, AttachResponse frame);
  }

  private static final long ANSWER_MILLIS = 5_000;
  // How much later than here a lease may end at the pod: a frame's way and the pod's ticks.
  private static final long SLACK_MILLIS = 3_000;
  private static final long LIFE_MILLIS = 10_000;
  private static final long FIRST_BACKOFF_MILLIS = 50;
  private static final long LONGEST_BACKOFF_MILLIS = 2_000;
  private static final long NAMESAKE_BACKOFF_MILLIS = 10_000;
  private static final int BATCH = 1_000;
  private static final int MOST_DEPARTURES = 100_000;

  private final String pod;
  private final PresenceServiceStub presence;
  private final String relay;
  private final Wheel wheel;
  private final SynchronizationContext turn;
  private final Owner owner;

  private final ArrayDeque<Change> departures = new ArrayDeque<>();
  private final ArrayDeque<Item> waiting = new ArrayDeque<>();
  private List<Item> inFlight = List.of();
  private Optional<OutStream<AttachRequest, AttachResponse>> call = Optional.empty();
  private OptionalLong epoch = OptionalLong.empty();
  private OptionalLong completed = OptionalLong.empty();
  // When the last frame left that a lease may live on.
  private OptionalLong leaseMillis = OptionalLong.empty();
  private boolean leased;
  private boolean backingOff;
  private boolean closed;
  private int failures;
  private long batch;
  private long askedMillis;
  private long lifeMillis = LIFE_MILLIS;

  private record Item(Change change, Optional<Entry> acknowledges) {}

  PresenceLink(
      String pod,
      Channel channel,
      String relay,
      Wheel wheel,
      SynchronizationContext turn,
      Owner owner) {
    this.pod = pod;
    this.presence = PresenceServiceGrpc.newStub(channel);
    this.relay = relay;
    this.wheel = wheel;
    this.turn = turn;
    this.owner = owner;
  }

  String pod() {
    return pod;
  }

  /// Opens a stream unless there is one.
  void attach() {
    if (closed || call.isPresent() || backingOff) {
      return;
    }
    if (!mayLive()) {
      epoch = OptionalLong.empty();
    }
    if (epoch.isEmpty()) {
      epoch = OptionalLong.of(owner.nextEpoch());
      departures.clear();
    }
    waiting.clear();
    departures.forEach(change -> waiting.add(new Item(change, Optional.empty())));
    departures.clear();
    completed = OptionalLong.empty();
    owner.wantedAt(this).forEach(this::queue);
    var opened = new OutStream<>("the presence stream", turn, new Events());
    call = Optional.of(opened);
    askedMillis = wheel.now();
    presence.attach(opened);
    opened.send(
        AttachRequest.newBuilder()
            .setLease(Lease.newBuilder().setRelay(relay).setEpoch(epoch.getAsLong()))
            .build());
    pump();
  }

  /// Whether the pod may hold a lease of this relay, or is about to.
  boolean mayHoldLease() {
    return leased || mayLive() || (failures == 0 && call.isPresent());
  }

  private boolean mayLive() {
    return leaseMillis.isPresent()
        && wheel.now() - leaseMillis.getAsLong() < lifeMillis + SLACK_MILLIS;
  }

  /// Brings an entry; kept by the owner until it is attached.
  void enter(Entry entry) {
    if (call.isPresent()) {
      queue(entry);
      pump();
    }
  }

  private void queue(Entry entry) {
    var changes = entry.arrival();
    for (int i = 0; i < changes.size(); i++) {
      boolean last = i == changes.size() - 1;
      waiting.add(new Item(changes.get(i), last ? Optional.of(entry) : Optional.empty()));
    }
  }

  /// Takes an entry away.
  void leave(Entry entry) {
    if (call.isPresent()) {
      change(entry.departure());
    } else {
      departed(entry.departure());
    }
  }

  /// Changes an entry that is there.
  void change(Change change) {
    if (call.isPresent()) {
      waiting.add(new Item(change, Optional.empty()));
      pump();
    }
  }

  /// A pod whose lease of this relay goes on still has what left meanwhile. Watches end with their
  /// stream.
  private void departed(Change change) {
    if (!change.hasDisconnected() || epoch.isEmpty()) {
      return;
    }
    departures.add(change);
    if (departures.size() > MOST_DEPARTURES) {
      departures.clear();
      epoch = OptionalLong.empty();
    }
  }

  /// Sends what may be sent: a batch, or behind the last that all is there.
  void pump() {
    if (call.isEmpty() || !inFlight.isEmpty()) {
      return;
    }
    if (waiting.isEmpty()) {
      complete();
      return;
    }
    var items = new ArrayList<Item>();
    var changes = Changes.newBuilder().setBatch(++batch);
    while (items.size() < BATCH && !waiting.isEmpty()) {
      var item = waiting.removeFirst();
      items.add(item);
      changes.addChanges(item.change());
    }
    inFlight = items;
    askedMillis = wheel.now();
    send(AttachRequest.newBuilder().setChanges(changes));
  }

  private void complete() {
    var version = owner.completed();
    if (version.isPresent() && !version.equals(completed)) {
      completed = version;
      send(
          AttachRequest.newBuilder()
              .setComplete(Complete.newBuilder().setPodsVersion(version.getAsLong())));
    }
  }

  private void send(AttachRequest.Builder frame) {
    if (leased) {
      leaseMillis = OptionalLong.of(wheel.now());
    }
    call.ifPresent(open -> open.send(frame.build()));
  }

  private void heard(OutStream<AttachRequest, AttachResponse> from, AttachResponse response) {
    if (call.isEmpty() || call.get() != from) {
      return;
    }
    switch (response.getFrameCase()) {
      case LEASED -> {
        leased = true;
        failures = 0;
        lifeMillis = response.getLeased().getLifeMs();
        leaseMillis = OptionalLong.of(wheel.now());
      }
      case DONE -> {
        if (response.getDone().getBatch() == batch) {
          var done = inFlight;
          inFlight = List.of();
          pump();
          done.forEach(
              item -> item.acknowledges().ifPresent(entry -> owner.acknowledged(this, entry)));
        }
      }
      case DISPLACED, SEEN, RELAY_LOST -> owner.said(this, response);
      case FRAME_NOT_SET -> {}
    }
  }

  /// Lets the lease go on, and gives up a stream whose pod does not answer.
  void renew() {
    if (call.isEmpty()) {
      return;
    }
    var open = call.get();
    boolean asked = !leased || !inFlight.isEmpty();
    if (asked && wheel.now() - askedMillis >= ANSWER_MILLIS) {
      open.cancel("no answer in time");
      ended(open);
    } else {
      send(AttachRequest.newBuilder().setRenew(Renew.getDefaultInstance()));
    }
  }

  private void ended(OutStream<AttachRequest, AttachResponse> which) {
    if (call.isEmpty() || call.get() != which) {
      return;
    }
    call = Optional.empty();
    leased = false;
    failures++;
    inFlight.forEach(item -> departed(item.change()));
    waiting.forEach(item -> departed(item.change()));
    inFlight = List.of();
    waiting.clear();
    long backoff =
        Math.min(LONGEST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(failures - 1, 10));
    var reason = which.reason();
    if (reason.equals(Optional.of(Reason.SILENT))) {
      lapsed();
    } else if (reason.equals(Optional.of(Reason.SHUTTING_DOWN))) {
      // Another process attached under this relay's name.
      lapsed();
      backoff = NAMESAKE_BACKOFF_MILLIS;
    }
    backingOff = true;
    wheel.after(
        backoff,
        () ->
            turn.execute(() -> {
              backingOff = false;
              attach();
            }));
    owner.detached(this);
    if (mayLive()) {
      long left = leaseMillis.orElseThrow() + lifeMillis + SLACK_MILLIS - wheel.now();
      wheel.after(left, () -> turn.execute(() -> owner.lapsed(this)));
    }
  }

  private void lapsed() {
    leaseMillis = OptionalLong.empty();
    epoch = OptionalLong.empty();
  }

  /// Leaves: the pod ends the lease.
  ///
  /// @param orderly whether presence may forget the relay at once; else it takes it for lost, and
  ///   tells the others
  void close(boolean orderly) {
    closed = true;
    call.ifPresent(open -> {
      if (orderly) {
        open.complete();
      } else {
        open.cancel("the relay leaves and owes forwards");
      }
    });
    call = Optional.empty();
    leased = false;
  }

  private final class Events implements OutStream.Owner<AttachRequest, AttachResponse> {
    @Override
    public void ready() {
      // What waits is bounded by one batch in flight.
    }

    @Override
    public void heard(OutStream<AttachRequest, AttachResponse> from, AttachResponse answer) {
      PresenceLink.this.heard(from, answer);
    }

    @Override
    public void ended(OutStream<AttachRequest, AttachResponse> which) {
      PresenceLink.this.ended(which);
    }
  }
}
