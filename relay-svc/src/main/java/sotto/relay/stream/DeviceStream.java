package sotto.relay.stream;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.grpc.SynchronizationContext;
import io.opentelemetry.api.trace.SpanKind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import sotto.admin.v1.StreamKey;
import sotto.admin.v1.StreamStanding;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.Ack;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.Deliver;
import sotto.chat.v1.Delivery;
import sotto.chat.v1.Displaced;
import sotto.chat.v1.Diverged;
import sotto.chat.v1.Ephemeral;
import sotto.chat.v1.EphemeralDelivery;
import sotto.chat.v1.GoingAway;
import sotto.chat.v1.Hello;
import sotto.chat.v1.PresenceEvent;
import sotto.chat.v1.QueueEmpty;
import sotto.chat.v1.ServerFrame;
import sotto.mesh.Permit;
import sotto.mesh.TokenBucket;
import sotto.proto.MessageSpans;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.relay.delivery.DeliveryLoop;
import sotto.relay.delivery.Outlet;
import sotto.relay.delivery.Push;
import sotto.relay.delivery.Pushed;
import sotto.relay.limit.Exceeded;
import sotto.relay.mailbox.Mailboxes;
import sotto.relay.mailbox.Opening;
import sotto.relay.route.LocalStream;
import sotto.relay.route.Registration;
import sotto.relay.route.Watches;
import sotto.relay.time.Wheel;

/// One device's stream on this relay.
///
/// # States
///
/// ```
/// AWAITING_HELLO -> OPENING         hello: the store is asked (protocol C1)
/// OPENING        -> AWAITING_HELLO  the number is not new, or the last was not heard of: diverged
///                -> REGISTERING     the number is noted: presence is told
/// REGISTERING    -> OPEN            presence has acknowledged, or does not answer in time: welcome, then the first mailbox read
/// any            -> CLOSED          by the client, a newer stream, silence, a fault, removal, drain
/// ```
///
/// Frames other than these states allow end the stream.
///
/// # Threads
///
/// All events are queued to the stream's turn and handled one by one by whichever thread brings or
/// finds them; no lock is held and nothing blocks.
final class DeviceStream implements LocalStream, Watches.Watcher {
  private static final Logger LOG = System.getLogger(DeviceStream.class.getName());
  // Frames that a client may have sent before the one before is handled.
  private static final int AHEAD = 4;
  private static final int MAX_HELLOS = 5;
  private static final long FIRST_BACKOFF_MILLIS = 50;
  private static final long LONGEST_BACKOFF_MILLIS = 5_000;

  private enum State {
    AWAITING_HELLO,
    OPENING,
    REGISTERING,
    OPEN,
    CLOSED
  }

  private final DeviceAddress self;
  private final ClientPort<ServerFrame> client;
  private final Behind behind;
  private final SynchronizationContext turn = new SynchronizationContext((thread, e) -> failed(e));
  private final DeliveryLoop loop = new DeliveryLoop(new LoopOutlet());
  private final Sends sends;
  private final GroupSends groupSends;
  private final StreamPresence presence;
  private final TokenBucket ephemerals;
  private final MessageSpans deliveries;

  // Touched in the turn only.
  private State state = State.AWAITING_HELLO;
  private Optional<Registration> registration = Optional.empty();
  // Cancelled at the end, or it would hold the closed stream until it is over.
  private Optional<Wheel.Timer> silence = Optional.empty();
  private int hellos;
  private int owed;
  private boolean waitsForRoom;
  private long missedSinceMillis;
  private long lastHeard;
  private long welcomedMillis;
  // Set once in the turn, before others can see the stream.
  private volatile long connectionNumber;

  DeviceStream(DeviceAddress self, ClientPort<ServerFrame> client, Behind behind) {
    this.self = self;
    this.client = client;
    this.behind = behind;
    this.sends =
        new Sends(
            new Origin.Device(self),
            behind,
            turn,
            result -> send(ServerFrame.newBuilder().setSendResult(result)),
            this::askMore);
    this.groupSends =
        new GroupSends(
            self,
            behind,
            turn,
            result -> send(ServerFrame.newBuilder().setGroupSendResult(result)),
            this::askMore);
    this.presence =
        new StreamPresence(
            self,
            behind,
            this,
            client::ready,
            events -> send(ServerFrame.newBuilder().setPresence(events)));
    this.ephemerals =
        new TokenBucket(behind.config().ephemeralsPerDevice(), behind.wheel().clock());
    this.deliveries = new MessageSpans(behind.tracer(), "message deliver", SpanKind.SERVER);
  }

  DeviceAddress device() {
    return self;
  }

  long connectionNumber() {
    return connectionNumber;
  }

  /// The last position that the stream knows of.
  long last() {
    return loop.last();
  }

  /// Tells how the stream stands, in its turn.
  void look(Consumer<StreamStanding> told) {
    turn.execute(() ->
        told.accept(
            StreamStanding.newBuilder()
                .setKey(
                    StreamKey.newBuilder()
                        .setAccountId(Mailboxes.bytes(self.account()))
                        .setDevice(self.device().number()))
                .setSince(welcomedMillis)
                .setBehind(loop.isBehind())
                .setUnackedEnvelopes(loop.unackedEnvelopes())
                .setUnackedBytes(loop.unackedBytes())
                .build()));
  }

  /// Asks the client for its first frames and starts the clocks.
  void start() {
    turn.execute(() -> {
      if (state == State.CLOSED) {
        return;
      }
      lastHeard = behind.wheel().now();
      client.request(AHEAD);
      awaitHello();
      watchSilence(behind.config().silence().toMillis());
    });
  }

  /// The client has sent a frame, within its bounds.
  void frame(ClientFrame frame) {
    turn.execute(() -> {
      if (state == State.CLOSED) {
        return;
      }
      lastHeard = behind.wheel().now();
      handle(frame);
      owed++;
      askMore();
    });
  }

  /// The transport takes more.
  void clientReady() {
    turn.execute(() -> {
      if (state == State.OPEN) {
        loop.flush();
        presence.flush();
      }
      askMore();
    });
  }

  /// The client's call is over.
  void clientGone() {
    turn.execute(() -> end(() -> {}));
  }

  /// The client will send no more.
  void clientDone() {
    turn.execute(() -> end(client::complete));
  }

  /// A stream with a higher number is there.
  void displace() {
    turn.execute(() -> {
      if (state != State.CLOSED) {
        behind.metrics().displaced();
        send(ServerFrame.newBuilder().setDisplaced(Displaced.getDefaultInstance()));
        end(client::complete);
      }
    });
  }

  /// The relay leaves.
  ///
  /// @param reconnectAfterMillis what the client is told
  void goAway(int reconnectAfterMillis) {
    turn.execute(() -> {
      if (state == State.OPEN) {
        send(
            ServerFrame.newBuilder()
                .setGoingAway(GoingAway.newBuilder().setReconnectAfterMs(reconnectAfterMillis)));
      } else {
        fail(Reason.SHUTTING_DOWN, "the server is leaving");
      }
    });
  }

  /// The relay ends.
  void shutDown() {
    turn.execute(() -> fail(Reason.SHUTTING_DOWN, "the server is leaving"));
  }

  /// There are too many.
  void refuse(Exceeded exceeded) {
    turn.execute(() -> {
      behind.metrics().shed();
      fail(exceeded);
    });
  }

  /// The device is not in its account's chain any more.
  void removed() {
    turn.execute(() -> fail(Reason.DEVICE_REMOVED, "the device was removed"));
  }

  /// The operator has disabled the account.
  void lockedOut() {
    turn.execute(() -> fail(Reason.ACCOUNT_DISABLED, "the account is disabled"));
  }

  @Override
  public void forward(Push push, Consumer<Pushed> told) {
    turn.execute(() -> told.accept(loop.forward(traced(push))));
  }

  private Push traced(Push push) {
    if (push.traceparent().isEmpty()) {
      return push;
    }
    // One that was pushed already is not acknowledged again.
    boolean repeated = push.position() <= loop.last();
    return push.within(repeated ? "" : deliveries.begin(push.position(), push.traceparent()));
  }

  @Override
  public void ephemeral(ByteString envelope) {
    turn.execute(() -> {
      if (state == State.OPEN && client.ready()) {
        send(
            ServerFrame.newBuilder()
                .setEphemeral(EphemeralDelivery.newBuilder().setEnvelope(envelope)));
      } else {
        behind.metrics().dropped(StreamMetrics.Drop.EPHEMERAL_BUSY);
      }
    });
  }

  @Override
  public void wake() {
    turn.execute(loop::wake);
  }

  @Override
  public void presence(PresenceEvent event) {
    turn.execute(() -> {
      if (state == State.OPEN) {
        presence.add(event);
      }
    });
  }

  private void handle(ClientFrame frame) {
    switch (state) {
      case AWAITING_HELLO -> {
        if (frame.hasHello()) {
          hello(frame.getHello());
        } else {
          fail(Reason.FRAME_OUT_OF_ORDER, "hello comes first");
        }
      }
      case OPENING, REGISTERING ->
          fail(Reason.FRAME_OUT_OF_ORDER, "no frame is legal before welcome");
      case OPEN -> {
        switch (frame.getFrameCase()) {
          case SEND -> sends.take(frame.getSend(), ByteString.EMPTY);
          case ACK -> ack(frame.getAck());
          case PING ->
              send(
                  ServerFrame.newBuilder()
                      .setPong(Answers.pong(frame.getPing(), behind.clock().millis())));
          case EPHEMERAL -> ephemeral(frame.getEphemeral());
          case PRESENCE -> presence.update(frame.getPresence(), registration);
          case GROUP_SEND -> groupSends.take(frame.getGroupSend());
          case HELLO -> fail(Reason.FRAME_OUT_OF_ORDER, "the stream is open already");
          case FRAME_NOT_SET -> fail(Reason.FRAME_OUT_OF_ORDER, "the frame is empty");
        }
      }
      case CLOSED -> {}
    }
  }

  private void awaitHello() {
    int round = hellos;
    behind
        .wheel()
        .after(
            behind.config().helloDeadline().toMillis(),
            () ->
                turn.execute(() -> {
                  if (state == State.AWAITING_HELLO && hellos == round) {
                    fail(Reason.SILENT, "no hello in time");
                  }
                }));
  }

  private void watchSilence(long afterMillis) {
    silence =
        Optional.of(
            behind
                .wheel()
                .after(
                    afterMillis,
                    () ->
                        turn.execute(() -> {
                          if (state == State.CLOSED) {
                            return;
                          }
                          long left =
                              lastHeard
                                  + behind.config().silence().toMillis()
                                  - behind.wheel().now();
                          if (left <= 0) {
                            fail(Reason.SILENT, "the client was silent");
                          } else {
                            watchSilence(left);
                          }
                        })));
  }

  private void hello(Hello hello) {
    if (++hellos > MAX_HELLOS) {
      fail(Reason.FRAME_OUT_OF_ORDER, "too many hellos");
      return;
    }
    var exceeded = behind.admission().take();
    if (exceeded.isPresent()) {
      behind.metrics().shed();
      fail(exceeded.get());
      return;
    }
    state = State.OPENING;
    connectionNumber = hello.getConnectionNumber();
    behind.mailboxes().open(self, hello, opening -> turn.execute(() -> opened(opening)));
  }

  private void opened(Opening opening) {
    if (state != State.OPENING) {
      return;
    }
    switch (opening) {
      case Opening.Opened opened -> {
        missedSinceMillis = opened.missedSinceMillis();
        register();
      }
      case Opening.DivergedAt diverged -> {
        state = State.AWAITING_HELLO;
        send(
            ServerFrame.newBuilder()
                .setDiverged(Diverged.newBuilder().setHighest(diverged.highest())));
        awaitHello();
      }
      case Opening.Removed _ -> fail(Reason.DEVICE_REMOVED, "the device was removed");
      case Opening.LockedOut _ -> fail(Reason.ACCOUNT_DISABLED, "the account is disabled");
      case Opening.TooHigh _ ->
          fail(Reason.CONNECTION_NUMBER_TOO_HIGH, "the connection number is too high");
      // Asked again with the same number a store that did note it would say diverged: the client
      // comes back with the next.
      case Opening.Unknown _ -> fail(Reason.UNAVAILABLE, "the store does not answer");
    }
  }

  private void register() {
    state = State.REGISTERING;
    var made = new Registration(self, connectionNumber, () -> turn.execute(this::confirmed));
    registration = Optional.of(made);
    if (!behind.streams().register(this)) {
      displace();
      return;
    }
    behind.presence().connected(made);
    behind
        .wheel()
        .after(
            behind.config().presenceWait().toMillis(),
            () ->
                turn.execute(() -> {
                  if (state == State.REGISTERING) {
                    welcome();
                  }
                }));
  }

  /// Presence has acknowledged the registration, the first time or after it had lost it: then what
  /// was forwarded meanwhile is in the mailbox only.
  private void confirmed() {
    if (state == State.REGISTERING) {
      welcome();
    } else if (state == State.OPEN) {
      loop.wake();
    }
  }

  private void welcome() {
    state = State.OPEN;
    welcomedMillis = behind.clock().millis();
    send(
        ServerFrame.newBuilder()
            .setWelcome(
                Answers.welcome(behind.config(), behind.clock().millis(), missedSinceMillis)));
    loop.start();
  }

  private void ack(Ack ack) {
    var known = loop.acked(ack.getPositionsList());
    if (!known.isEmpty()) {
      known.forEach(position -> deliveries.end(position, true));
      behind.mailboxes().ack(self, known);
    }
  }

  private void ephemeral(Ephemeral ephemeral) {
    if (ephemerals.take(1) instanceof Permit.Refused) {
      behind.metrics().dropped(StreamMetrics.Drop.EPHEMERAL_LIMIT);
      return;
    }
    var account = new AccountId(ephemeral.getAccountId().toByteArray());
    var origin = new Origin.Device(self);
    for (var envelope : ephemeral.getDevicesList()) {
      behind
          .router()
          .ephemeral(
              new DeviceAddress(account, new DeviceId(envelope.getDevice())),
              Sends.envelope(origin, envelope));
    }
  }

  /// Asks the client for as many frames as were handled, unless a send is parked, the way to the
  /// store is full, or the client does not take the answers.
  private void askMore() {
    if (state == State.CLOSED || owed == 0 || hasParked() || !client.ready()) {
      return;
    }
    if (!behind.pipes().hasRoom()) {
      if (!waitsForRoom) {
        waitsForRoom = true;
        behind
            .pipes()
            .whenRoom(() ->
                turn.execute(() -> {
                  waitsForRoom = false;
                  askMore();
                }));
      }
      return;
    }
    int frames = owed;
    owed = 0;
    client.request(frames);
  }

  private boolean hasParked() {
    return sends.hasParked() || groupSends.hasParked();
  }

  private void send(ServerFrame.Builder frame) {
    if (state != State.CLOSED) {
      client.send(frame.build());
    }
  }

  private void failed(Throwable failure) {
    LOG.log(Level.ERROR, "a stream's turn failed", failure);
    turn.execute(() -> fail(Reason.INTERNAL, "the stream failed"));
  }

  private void fail(Reason reason, String message) {
    fail(Statuses.of(reason, message));
  }

  private void fail(Exceeded exceeded) {
    fail(exceeded.status());
  }

  private void fail(StatusRuntimeException why) {
    end(() -> client.fail(why));
  }

  private void end(Runnable farewell) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    silence.ifPresent(Wheel.Timer::cancel);
    boolean unacked = loop.hasUnacked();
    loop.close();
    sends.close();
    groupSends.close();
    deliveries.endAll();
    behind.streams().forget(this);
    registration.ifPresent(behind.presence()::disconnected);
    if (unacked) {
      behind.router().wake(self);
    }
    presence.ended();
    behind.metrics().closed(loop.timesBehind());
    farewell.run();
  }

  private final class LoopOutlet implements Outlet {
    @Override
    public boolean ready() {
      return client.ready();
    }

    @Override
    public void deliver(List<Delivery> batch) {
      behind.metrics().delivered(batch.size());
      send(ServerFrame.newBuilder().setDeliver(Deliver.newBuilder().addAllDeliveries(batch)));
    }

    @Override
    public void acknowledged(long acceptedAtMillis) {
      behind
          .metrics()
          .acknowledged(
              behind.clock().millis() - acceptedAtMillis, acceptedAtMillis >= welcomedMillis);
    }

    @Override
    public void stalled() {
      behind.metrics().stalled();
    }

    @Override
    public void queueEmpty() {
      send(ServerFrame.newBuilder().setQueueEmpty(QueueEmpty.getDefaultInstance()));
    }

    @Override
    public void read(long after, int maxEnvelopes, int maxBytes) {
      behind
          .mailboxes()
          .read(
              self,
              after,
              maxEnvelopes,
              maxBytes,
              page -> turn.execute(() -> page.ifPresentOrElse(loop::page, loop::readFailed)));
    }

    @Override
    public void startHole(int hole) {
      behind
          .wheel()
          .after(
              behind.config().holeWait().toMillis(),
              () -> turn.execute(() -> loop.holeExpired(hole)));
    }

    @Override
    public void retryRead(int failures) {
      long backoff =
          Math.min(LONGEST_BACKOFF_MILLIS, FIRST_BACKOFF_MILLIS << Math.min(failures - 1, 10));
      behind.wheel().after(backoff, () -> turn.execute(loop::retry));
    }

    @Override
    public void flushSoon() {
      turn.executeLater(loop::flush);
    }
  }
}
