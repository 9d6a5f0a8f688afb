package sotto.relay.route;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.SynchronizationContext;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.presence.v1.AttachRequest;
import sotto.presence.v1.AttachResponse;
import sotto.presence.v1.Change;
import sotto.presence.v1.Changes;
import sotto.presence.v1.Complete;
import sotto.presence.v1.Connected;
import sotto.presence.v1.Disconnected;
import sotto.presence.v1.Lease;
import sotto.presence.v1.PresenceServiceGrpc;
import sotto.presence.v1.PresenceServiceGrpc.PresenceServiceStub;
import sotto.presence.v1.Published;
import sotto.presence.v1.Renew;
import sotto.presence.v1.Unwatched;
import sotto.presence.v1.Watched;
import sotto.relay.call.OutStream;
import sotto.relay.mailbox.Mailboxes;
import sotto.relay.time.Wheel;

/// The attach stream to a presence pod: the lease of this relay, its streams, what they publish and
/// watch.
///
/// # States
///
/// ```
/// DETACHED  -> ATTACHED   a stream is opened; the lease takes a new epoch and everything is registered again
/// ATTACHED  -> DETACHED   the stream broke, or a batch had no answer for 5 s; opened again after back-off
/// any       -> CLOSED
/// ```
///
/// One batch of changes is in flight; what comes meanwhile gathers. The relay's own tables are the
/// truth: a change that a broken stream lost is in them.
///
/// Thread-safe: callers only queue; one turn does the rest, listeners run in it.
public final class PresenceLink implements AutoCloseable {
  /// Who hears what presence says; must not block.
  public interface Listener {
    /// A device is connected elsewhere: its streams below the number are to be closed.
    void displaced(DeviceAddress device, long connectionNumber);

    /// Watched presence changed.
    void seen(List<Long> watches, boolean online);
  }

  private static final Logger LOG = System.getLogger(PresenceLink.class.getName());
  private static final long RENEW_MILLIS = 3_000;
  private static final long ANSWER_MILLIS = 5_000;
  private static final long FIRST_BACKOFF_MILLIS = 50;
  private static final long LONGEST_BACKOFF_MILLIS = 2_000;
  private static final int BATCH = 1_000;
  // With one pod the list never changes.
  private static final long PODS_VERSION = 1;

  private final PresenceServiceStub presence;
  private final String relay;
  private final Clock clock;
  private final Wheel wheel;
  private final Listener listener;
  private final SynchronizationContext turn =
      new SynchronizationContext(
          (thread, e) -> LOG.log(Level.ERROR, "the presence stream's turn failed", e));

  // Touched in the turn only.
  private final Set<Registration> registrations = new LinkedHashSet<>();
  private final Map<Long, Watched> watches = new LinkedHashMap<>();
  private final ArrayDeque<Item> waiting = new ArrayDeque<>();
  private List<Item> inFlight = List.of();
  private long batch;
  private long batchMillis;
  private Optional<OutStream<AttachRequest, AttachResponse>> call = Optional.empty();
  private boolean completeDue;
  private boolean backingOff;
  private boolean closed;
  private int failures;
  private long epoch;

  private record Item(Change change, Optional<Registration> confirms) {}

  /// A link that is not attached.
  ///
  /// @param channel to a presence pod
  /// @param relay this relay's name
  /// @param clock makes epochs increase over restarts
  /// @param wheel for renewals and back-off
  /// @param listener who hears what presence says
  public PresenceLink(Channel channel, String relay, Clock clock, Wheel wheel, Listener listener) {
    this.presence = PresenceServiceGrpc.newStub(channel);
    this.relay = relay;
    this.clock = clock;
    this.wheel = wheel;
    this.listener = listener;
  }

  /// Attaches, and keeps attached.
  public void start() {
    wheel.every(RENEW_MILLIS, () -> turn.execute(this::renew));
    turn.execute(this::attach);
  }

  /// Registers a stream; [Registration] says when it is acknowledged.
  public void connected(Registration registration) {
    turn.execute(() -> {
      registrations.add(registration);
      change(connectedOf(registration), Optional.of(registration));
    });
  }

  /// Takes a stream back.
  public void disconnected(Registration registration) {
    turn.execute(() -> {
      if (registrations.remove(registration)) {
        change(
            Change.newBuilder()
                .setDisconnected(
                    Disconnected.newBuilder()
                        .setAccountId(Mailboxes.bytes(registration.device().account()))
                        .setDevice(registration.device().device().number())
                        .setConnectionNumber(registration.connectionNumber()))
                .build(),
            Optional.empty());
      }
    });
  }

  /// Publishes a stream's presence.
  public void published(
      Registration registration, boolean visible, List<ByteString> accessKeyHashes) {
    turn.execute(() -> {
      registration.published = true;
      registration.visible = visible;
      registration.accessKeyHashes = List.copyOf(accessKeyHashes);
      if (registrations.contains(registration)) {
        change(publishedOf(registration), Optional.empty());
      }
    });
  }

  /// Watches an account.
  ///
  /// @param watch names the watch; never used again
  public void watch(long watch, AccountId account, ByteString accessKey) {
    turn.execute(() -> {
      var watched =
          Watched.newBuilder()
              .setWatch(watch)
              .setAccountId(Mailboxes.bytes(account))
              .setAccessKey(accessKey)
              .build();
      watches.put(watch, watched);
      change(Change.newBuilder().setWatched(watched).build(), Optional.empty());
    });
  }

  /// Ends a watch.
  public void unwatch(long watch) {
    turn.execute(() -> {
      if (watches.remove(watch) != null) {
        change(
            Change.newBuilder().setUnwatched(Unwatched.newBuilder().setWatch(watch)).build(),
            Optional.empty());
      }
    });
  }

  private void change(Change change, Optional<Registration> confirms) {
    if (call.isPresent()) {
      waiting.add(new Item(change, confirms));
      pump();
    }
  }

  private void attach() {
    if (closed || call.isPresent() || backingOff) {
      return;
    }
    epoch = Math.max(epoch + 1, clock.millis());
    waiting.clear();
    inFlight = List.of();
    for (var registration : registrations) {
      waiting.add(new Item(connectedOf(registration), Optional.of(registration)));
      if (registration.published) {
        waiting.add(new Item(publishedOf(registration), Optional.empty()));
      }
    }
    watches
        .values()
        .forEach(watched ->
            waiting.add(
                new Item(Change.newBuilder().setWatched(watched).build(), Optional.empty())));
    completeDue = true;
    var opened = new OutStream<>("the presence stream", turn, new Events());
    call = Optional.of(opened);
    presence.attach(opened);
    opened.send(
        AttachRequest.newBuilder()
            .setLease(Lease.newBuilder().setRelay(relay).setEpoch(epoch))
            .build());
    pump();
  }

  private void pump() {
    if (call.isEmpty() || !inFlight.isEmpty()) {
      return;
    }
    var stream = call.get();
    if (waiting.isEmpty()) {
      if (completeDue) {
        completeDue = false;
        stream.send(
            AttachRequest.newBuilder()
                .setComplete(Complete.newBuilder().setPodsVersion(PODS_VERSION))
                .build());
      }
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
    batchMillis = wheel.now();
    stream.send(AttachRequest.newBuilder().setChanges(changes).build());
  }

  private void heard(OutStream<AttachRequest, AttachResponse> from, AttachResponse response) {
    if (call.isEmpty() || call.get() != from) {
      return;
    }
    switch (response.getFrameCase()) {
      case LEASED -> failures = 0;
      case DONE -> {
        if (response.getDone().getBatch() == batch) {
          var done = inFlight;
          inFlight = List.of();
          pump();
          for (var item : done) {
            item.confirms().filter(registrations::contains).ifPresent(Registration::confirm);
          }
        }
      }
      case DISPLACED -> {
        var displaced = response.getDisplaced();
        Locations.device(
                new AccountId(displaced.getAccountId().toByteArray()), displaced.getDevice())
            .ifPresent(device -> listener.displaced(device, displaced.getConnectionNumber()));
      }
      case SEEN ->
          listener.seen(response.getSeen().getWatchesList(), response.getSeen().getOnline());
      case RELAY_LOST, FRAME_NOT_SET -> {}
    }
  }

  private void renew() {
    if (call.isEmpty()) {
      return;
    }
    var open = call.get();
    if (!inFlight.isEmpty() && wheel.now() - batchMillis >= ANSWER_MILLIS) {
      open.cancel("no answer in time");
      ended(open);
    } else {
      open.send(AttachRequest.newBuilder().setRenew(Renew.getDefaultInstance()).build());
    }
  }

  private void ended(OutStream<AttachRequest, AttachResponse> which) {
    if (call.isEmpty() || call.get() != which) {
      return;
    }
    call = Optional.empty();
    backingOff = true;
    failures++;
    wheel.after(
        Math.min(LONGEST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(failures - 1, 10)),
        () ->
            turn.execute(() -> {
              backingOff = false;
              attach();
            }));
  }

  /// Ends the stream; presence lets the lease run out.
  @Override
  public void close() {
    turn.execute(() -> {
      closed = true;
      call.ifPresent(open -> open.complete());
      call = Optional.empty();
    });
  }

  private static Change connectedOf(Registration registration) {
    return Change.newBuilder()
        .setConnected(
            Connected.newBuilder()
                .setAccountId(Mailboxes.bytes(registration.device().account()))
                .setDevice(registration.device().device().number())
                .setConnectionNumber(registration.connectionNumber()))
        .build();
  }

  private static Change publishedOf(Registration registration) {
    return Change.newBuilder()
        .setPublished(
            Published.newBuilder()
                .setAccountId(Mailboxes.bytes(registration.device().account()))
                .setDevice(registration.device().device().number())
                .setConnectionNumber(registration.connectionNumber())
                .setVisible(registration.visible)
                .addAllAccessKeyHashes(registration.accessKeyHashes))
        .build();
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
