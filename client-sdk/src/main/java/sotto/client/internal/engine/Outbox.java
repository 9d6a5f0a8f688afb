package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.api.trace.SpanKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.MismatchedDevices;
import sotto.chat.v1.SealedSend;
import sotto.chat.v1.Send;
import sotto.chat.v1.SendResult;
import sotto.client.Failure;
import sotto.client.Status;
import sotto.client.internal.net.ChatStream;
import sotto.client.internal.net.SealedStream;
import sotto.client.internal.store.ContactRow;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.OutboxRow;
import sotto.client.internal.store.OutboxRow.Channel;
import sotto.client.internal.store.OutboxRow.Kind;
import sotto.proto.MessageSpans;

/// Sends the rows of the outbox: each account's in order, 32 in flight, encrypted once (protocol L1
/// to L4).
///
/// A row goes by the way by which it first left, sealed or not, until a server has refused it
/// there; a lane changes its way only when nothing of it is in flight (L2).
///
/// Ciphertext and ratchet of all rows that are due are committed in one transaction, and only then
/// the frames are written. Fields belong to the lane unless they say otherwise.
final class Outbox {
  private static final int MAX_ROUNDS = 5;
  private static final int LANES_AT_ONCE = 32;
  private static final int ENVELOPE_ID = 16;
  private static final long AFTER_FAULT_MILLIS = 1000;
  private static final long GIVE_UP_MILLIS = Duration.ofDays(14).toMillis();
  private static final long RECEIPT_DELAY_MILLIS = 250;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /// Hears what becomes of rows that give something of a group to one member. On the lane.
  interface GroupRowsListener {
    /// The server has it for the member's devices.
    void accepted(Transaction tx, OutboxRow row);

    /// It can never go.
    void failed(Transaction tx, OutboxRow row);
  }

  private record Flight(AccountId account, long row) {}

  /// @param via the stream that it was planned for
  /// @param sealed what goes instead of the frame if servers are not to know who sends
  private record Planned(
      Traffic traffic,
      Object via,
      int generation,
      long row,
      Send frame,
      Optional<SealedSend> sealed) {}

  /// A way to the server. Each counts its own frames: one count for both would tell who sends on
  /// the sealed one.
  private static final class Exit {
    final Map<Long, Flight> flights = new HashMap<>();
    // With something to send when it takes more; for any thread.
    final Set<AccountId> waiting = ConcurrentHashMap.newKeySet();
    long lastRequest;

    void restart() {
      flights.clear();
      lastRequest = 0;
    }
  }

  private final Core core;
  private final Sealer sealer;
  private final Wrapper wrapper;
  private final SealedLine line;
  private final Sessions sessions;
  private final Runnable wakeUploads;
  private GroupRowsListener groupRows = new Unheard();

  private final Map<AccountId, Traffic> lanes = new HashMap<>();
  private final Exit identified = new Exit();
  private final Exit sealed = new Exit();
  private final MessageSpans spans;
  private Optional<ChatStream> stream = Optional.empty();
  private Optional<SealedStream> sealedStream = Optional.empty();
  private boolean traces;

  // For any thread.
  private final Set<AccountId> dirty = ConcurrentHashMap.newKeySet();
  private final Set<AccountId> receiptTimers = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean filling = new AtomicBoolean();
  private final AtomicInteger flushing = new AtomicInteger();

  Outbox(
      Core core,
      Sealer sealer,
      Wrapper wrapper,
      SealedLine line,
      Sessions sessions,
      Runnable wakeUploads) {
    this.core = core;
    this.sealer = sealer;
    this.wrapper = wrapper;
    this.line = line;
    line.serves(new OnSealedLine());
    this.sessions = sessions;
    this.wakeUploads = wakeUploads;
    this.spans = new MessageSpans(core.tracer(), "message send", SpanKind.CLIENT);
  }

  /// Tells somebody of the rows about groups.
  void listens(GroupRowsListener listener) {
    groupRows = listener;
  }

  /// A new stream is open: all that is not answered goes again, from the oldest. On the lane.
  ///
  /// @param held accounts to which nothing goes before [#release]
  /// @param allowsTraces whether sends may carry the context of a trace
  void attach(ChatStream open, Set<AccountId> held, boolean allowsTraces) {
    stream = Optional.of(open);
    traces = allowsTraces;
    nothingIsInFlight();
    line.reset();
    lanes.values().forEach(Traffic::restartOnNewStream);
    held.forEach(account -> traffic(account).held = true);
    dirty.addAll(core.store().outgoing().accounts());
    pump();
  }

  /// The stream is over. On the lane.
  void detach(ChatStream over) {
    if (stream.filter(s -> s == over).isPresent()) {
      stream = Optional.empty();
      nothingIsInFlight();
    }
  }

  /// Those who know when something was sent sealed are not to know by whom: the sealed stream ends
  /// with the device's, and is opened when something is to go.
  private void nothingIsInFlight() {
    identified.restart();
    sealed.restart();
    sealedStream = Optional.empty();
    line.letGo();
    spans.endAll();
  }

  /// Lets an account's rows go that were held for a look-up. On the lane.
  void release(AccountId account) {
    traffic(account).held = false;
    wake(account);
  }

  /// There is something to send to an account. Any thread.
  void wake(AccountId account) {
    dirty.add(account);
    pump();
  }

  /// Receipts to an account were added; they go a little later, with those that are added until
  /// then. Any thread.
  void wakeForReceipts(AccountId account) {
    if (flushing.get() > 0) {
      rescan(account);
    } else if (receiptTimers.add(account)) {
      core.timers()
          .after(
              RECEIPT_DELAY_MILLIS,
              () -> {
                receiptTimers.remove(account);
                rescan(account);
              });
    }
  }

  private void rescan(AccountId account) {
    var _ =
        core.lane()
            .submit(tx -> {
              tx.afterCommit(() -> {
                traffic(account).cursor = 0;
                traffic(account).receiptsDue = true;
                wake(account);
              });
              return true;
            });
  }

  /// When a receipt that is added now may go.
  long receiptDue() {
    return flushing.get() > 0 ? 0 : core.clock().millis() + RECEIPT_DELAY_MILLIS - 1;
  }

  /// Sends receipts without delay until [#stopFlushing].
  void startFlushing() {
    if (flushing.incrementAndGet() == 1) {
      var _ =
          core.lane()
              .submit(tx -> {
                List<AccountId> accounts = core.store().outgoing().accounts();
                tx.afterCommit(() -> accounts.forEach(this::rescan));
                return true;
              });
    }
  }

  void stopFlushing() {
    flushing.decrementAndGet();
  }

  /// Whether nothing is left that could go now. On the lane.
  boolean empty() {
    return core.store().outgoing().accounts().stream().noneMatch(this::couldGo)
        && (stream.isEmpty()
            || core.store().contacts().unresolved().stream().noneMatch(this::waits));
  }

  private boolean couldGo(AccountId account) {
    return !traffic(account).paused()
        && !core.store().contacts().find(account).map(ContactRow::unconfirmed).orElse(false);
  }

  private boolean waits(ContactRow contact) {
    return !core.store().outgoing().messagesTo(contact.id()).isEmpty();
  }

  /// Frames can be written again on the device's stream. Any thread.
  void ready() {
    readyAgain(identified);
  }

  /// There is a certificate now. Any thread.
  void certified() {
    readyAgain(sealed);
  }

  private void readyAgain(Exit exit) {
    for (AccountId account : List.copyOf(exit.waiting)) {
      if (exit.waiting.remove(account)) {
        dirty.add(account);
      }
    }
    pump();
  }

  /// Plans what is due. Any thread.
  void pump() {
    if (!dirty.isEmpty() && filling.compareAndSet(false, true)) {
      var _ =
          core.lane()
              .submit(this::fill)
              .whenComplete((_, failure) -> {
                if (failure != null) {
                  filling.set(false);
                  core.timers().after(AFTER_FAULT_MILLIS, this::pump);
                }
              });
    }
  }

  private boolean fill(Transaction tx) {
    List<Planned> planned = new ArrayList<>();
    if (stream.isPresent()) {
      for (AccountId account : List.copyOf(dirty).stream().limit(LANES_AT_ONCE).toList()) {
        dirty.remove(account);
        tx.afterUndo(() -> dirty.add(account));
        plan(tx, traffic(account), planned);
      }
    }
    tx.afterCommit(() -> {
      if (!planned.isEmpty()) {
        CrashPoint.AFTER_ENCRYPT.reached();
        planned.forEach(this::send);
        CrashPoint.AFTER_SEND.reached();
      }
      filling.set(false);
      // Asked again: a stream that became ready meanwhile found the filling still going on.
      if (stream.isPresent()) {
        pump();
      }
    });
    return true;
  }

  private void plan(Transaction tx, Traffic traffic, List<Planned> planned) {
    int room = Traffic.MAX_IN_FLIGHT - traffic.inFlight.size();
    if (traffic.draining || traffic.fetching || traffic.held || traffic.paused() || room <= 0) {
      return;
    }
    if (core.store().contacts().find(traffic.account).map(ContactRow::unconfirmed).orElse(false)) {
      core.store().messages().allWaitFor(traffic.account, Failures.CONTACT_CHANGED);
      return;
    }
    boolean receipts = traffic.receiptsDue || flushing.get() > 0;
    long dueBy = receipts ? Long.MAX_VALUE : core.clock().millis();
    tx.afterCommit(() -> traffic.receiptsDue &= !receipts);
    int limit = traffic.cursor == 0 ? room + traffic.inFlight.size() : room;
    List<OutboxRow> rows =
        core.store().outgoing().lane(traffic.account, traffic.cursor, dueBy, limit);
    int before = planned.size();
    Channel fresh = channelOfNew(traffic.account);
    for (OutboxRow row : rows) {
      if (traffic.inFlight.contains(row.id())) {
        continue;
      }
      Channel channel = row.channel().orElse(fresh);
      boolean idle = traffic.inFlight.isEmpty() && planned.size() == before;
      // What left sealed and is likely to be refused now goes alone, or all behind it goes in vain.
      boolean alone = channel != traffic.channel || (channel == Channel.SEALED && fresh != channel);
      if (alone && !idle) {
        return;
      }
      traffic.channel = channel;
      if (!takesMore(traffic) || !plan(tx, traffic, row, planned)) {
        return;
      }
    }
    traffic.endGrace();
  }

  /// By which way goes what has not left yet.
  private Channel channelOfNew(AccountId account) {
    boolean own = account.equals(core.self().id());
    return !own && line.dependable() && wrapper.possible(account)
        ? Channel.SEALED
        : Channel.IDENTIFIED;
  }

  private Exit exit(Channel channel) {
    return switch (channel) {
      case IDENTIFIED -> identified;
      case SEALED -> sealed;
    };
  }

  private boolean isReady(Channel channel) {
    return switch (channel) {
      case IDENTIFIED -> stream.map(ChatStream::ready).orElse(false);
      case SEALED -> sealedStream.map(SealedStream::ready).orElse(false);
    };
  }

  /// Whether a lane's way takes more now; if not, the lane goes on when it does.
  private boolean takesMore(Traffic traffic) {
    if (isReady(traffic.channel)) {
      return true;
    }
    Exit exit = exit(traffic.channel);
    exit.waiting.add(traffic.account);
    if (traffic.channel == Channel.SEALED && sealedStream.isEmpty()) {
      line.want();
    }
    // It may have become ready before the account was among those who wait.
    if (isReady(traffic.channel)) {
      exit.waiting.remove(traffic.account);
      return true;
    }
    return false;
  }

  /// Plans one row.
  ///
  /// @return whether the rows behind it may go too
  private boolean plan(Transaction tx, Traffic traffic, OutboxRow row, List<Planned> planned) {
    long now = core.clock().millis();
    if (row.firstAttemptAt().map(first -> now - first > GIVE_UP_MILLIS).orElse(false)) {
      fail(tx, row, Failures.EXPIRED);
      return true;
    }
    return switch (sealer.seal(row, traffic.withoutBundle)) {
      case Sealer.Ready(Send frame) -> depart(traffic, row, frame, planned);
      case Sealer.Impossible(Optional<Failure> failure) -> {
        failure
            .or(() -> row.kind() == Kind.GROUP ? Optional.of(Failures.INVALID) : Optional.empty())
            .ifPresentOrElse(f -> fail(tx, row, f), () -> core.store().outgoing().remove(row.id()));
        // What is written later asks for bundles anew: the next ones may be good.
        tx.afterCommit(traffic.withoutBundle::clear);
        yield true;
      }
      case Sealer.NeedsChain _ -> {
        tx.afterCommit(() -> fetch(traffic, List.of()));
        yield false;
      }
      case Sealer.NeedsSessions(List<DeviceId> devices) -> {
        tx.afterCommit(() -> fetch(traffic, devices));
        yield false;
      }
      case Sealer.NeedsUpload _ -> mayBeOvertaken(tx, traffic, row);
    };
  }

  private boolean depart(Traffic traffic, OutboxRow row, Send frame, List<Planned> planned) {
    Optional<SealedSend> wrapped = Optional.empty();
    if (traffic.channel == Channel.SEALED) {
      wrapped = wrapper.wrap(frame, traffic.account);
      if (wrapped.isEmpty()) {
        // Until there is a certificate.
        sealed.waiting.add(traffic.account);
        return false;
      }
    }
    if (row.channel().isEmpty()) {
      core.store().outgoing().setChannel(row.id(), Optional.of(traffic.channel));
    }
    Object via =
        switch (traffic.channel) {
          case IDENTIFIED -> stream.orElseThrow();
          case SEALED -> sealedStream.orElseThrow();
        };
    planned.add(new Planned(traffic, via, traffic.generation(), row.id(), frame, wrapped));
    return true;
  }

  /// A message whose files are on their way keeps its place for a moment, then lets the others
  /// pass.
  private boolean mayBeOvertaken(Transaction tx, Traffic traffic, OutboxRow row) {
    tx.afterCommit(wakeUploads);
    if (traffic.graceOver()) {
      core.store().outgoing().park(row.id());
      return true;
    }
    core.timers().after(Traffic.GRACE_MILLIS + 1, () -> wake(traffic.account));
    return false;
  }

  /// Writes a frame, unless the lane was refused or restarted since it was planned: what was
  /// planned then would overtake what goes again.
  private void send(Planned p) {
    Traffic traffic = p.traffic();
    Optional<?> now = p.sealed().isPresent() ? sealedStream : stream;
    if (!now.equals(Optional.of(p.via()))
        || traffic.draining
        || traffic.generation() != p.generation()) {
      dirty.add(traffic.account);
      return;
    }
    Exit exit = exit(traffic.channel);
    long request = ++exit.lastRequest;
    exit.flights.put(request, new Flight(traffic.account, p.row()));
    traffic.inFlight.add(p.row());
    traffic.cursor = Math.max(traffic.cursor, p.row());
    p.sealed()
        .ifPresentOrElse(
            wrapped ->
                line.send(
                    sealedStream.orElseThrow(), numbered(wrapped, request, traffic.generation())),
            () -> sendIdentified(p.frame(), request, traffic.generation()));
  }

  private static SealedSend numbered(SealedSend wrapped, long request, int generation) {
    SealedSend.Builder send = wrapped.toBuilder();
    send.getSendBuilder().setRequest(request).setLaneGeneration(generation);
    return send.build();
  }

  private void sendIdentified(Send frame, long request, int generation) {
    stream
        .orElseThrow()
        .send(
            ClientFrame.newBuilder()
                .setSend(
                    frame.toBuilder()
                        .setRequest(request)
                        .setTraceparent(traces ? spans.begin(request) : "")
                        .setLaneGeneration(generation))
                .build());
  }

  private void fetch(Traffic traffic, List<DeviceId> devices) {
    Optional<Session> session = core.session();
    if (traffic.fetching || session.isEmpty()) {
      return;
    }
    traffic.fetching = true;
    core.inBackground(
        "bundles",
        () -> {
          Sessions.Fetched fetched =
              sessions.fetch(session.get().calls(), traffic.account, devices);
          var _ =
              core.lane()
                  .submit(tx -> {
                    if (fetched instanceof Sessions.NoAccount) {
                      failAll(tx, traffic.account, nobody(traffic.account));
                    }
                    tx.afterCommit(() -> fetched(traffic, fetched));
                    return true;
                  });
        });
  }

  private void fetched(Traffic traffic, Sessions.Fetched fetched) {
    traffic.fetching = false;
    switch (fetched) {
      case Sessions.Done(Set<DeviceId> withoutBundle) ->
          traffic.withoutBundle.addAll(withoutBundle);
      case Sessions.NoAccount _ -> {}
      case Sessions.Later(Duration pause) -> pause(traffic, pause);
    }
    wake(traffic.account);
  }

  /// There is no such account: an account of which something is known was there once.
  private Failure nobody(AccountId account) {
    boolean known =
        core.store().chains().of(account).isPresent()
            || core.store().contacts().find(account).flatMap(ContactRow::username).isPresent();
    return known ? Failures.ACCOUNT_GONE : Failures.UNKNOWN_RECIPIENT;
  }

  private void failAll(Transaction tx, AccountId account, Failure failure) {
    core.store()
        .outgoing()
        .lane(account, 0, Long.MAX_VALUE, Integer.MAX_VALUE)
        .forEach(row -> fail(tx, row, failure));
  }

  /// Gives up what was first encrypted too long ago, also where nothing goes now (protocol L4). On
  /// the lane.
  void expire(Transaction tx) {
    core.store()
        .outgoing()
        .attemptedBefore(core.clock().millis() - GIVE_UP_MILLIS)
        .forEach(row -> fail(tx, row, Failures.EXPIRED));
  }

  private void fail(Transaction tx, OutboxRow row, Failure failure) {
    core.store().outgoing().remove(row.id());
    if (row.kind() == Kind.MESSAGE) {
      core.fail(tx, row.message(), failure);
    }
    if (row.kind() == Kind.GROUP) {
      groupRows.failed(tx, row);
    }
    tx.afterCommit(core.progress()::raise);
  }

  /// An answer came. Network thread.
  void answered(ChatStream from, SendResult result) {
    var _ =
        core.lane()
            .submit(tx ->
                stream.filter(s -> s == from).isPresent() && answered(tx, identified, result));
  }

  private boolean answered(Transaction tx, Exit exit, SendResult result) {
    Flight flight = exit.flights.get(result.getRequest());
    if (flight == null) {
      return false;
    }
    Traffic traffic = traffic(flight.account());
    boolean accepted = result.getOutcomeCase() == SendResult.OutcomeCase.ACCEPTED;
    core.store().outgoing().find(flight.row()).ifPresent(row -> answered(tx, traffic, row, result));
    tx.afterCommit(() -> {
      exit.flights.remove(result.getRequest());
      if (exit == identified) {
        spans.end(result.getRequest(), accepted);
      }
      traffic.inFlight.remove(flight.row());
      traffic.draining |= !accepted;
      if (accepted) {
        traffic.refusals = 0;
      }
      if (traffic.draining && traffic.inFlight.isEmpty()) {
        traffic.nextGeneration();
      }
      wake(traffic.account);
      core.progress().raise();
    });
    return true;
  }

  private void answered(Transaction tx, Traffic traffic, OutboxRow row, SendResult result) {
    switch (result.getOutcomeCase()) {
      case ACCEPTED -> {
        core.store().outgoing().remove(row.id());
        if (row.kind() == Kind.MESSAGE) {
          core.advance(tx, row.message(), Status.SENT);
          copyToOwnDevices(tx, row);
        }
        if (row.kind() == Kind.GROUP) {
          groupRows.accepted(tx, row);
        }
      }
      case MISMATCHED_DEVICES -> mend(tx, traffic, row, result.getMismatchedDevices());
      case UNKNOWN_RECIPIENT -> fail(tx, row, nobody(row.account()));
      case TOO_LARGE -> fail(tx, row, Failures.TOO_LARGE);
      case INVALID -> fail(tx, row, Failures.INVALID);
      case MAILBOX_FULL -> later(tx, traffic, row, Failures.MAILBOX_FULL, LONGEST_PAUSE);
      case RATE_LIMITED ->
          later(
              tx,
              traffic,
              row,
              Failures.RATE_LIMITED,
              Duration.ofMillis(result.getRateLimited().getRetryAfterMs()));
      case UNAVAILABLE ->
          later(
              tx,
              traffic,
              row,
              Failures.SERVER_BUSY,
              Duration.ofMillis(result.getUnavailable().getRetryAfterMs()));
      case NOT_ADMITTED -> {
        core.store().contacts().keyRefused(row.account());
        core.store().outgoing().setChannel(row.id(), Optional.empty());
      }
      case RETRY_IN_ORDER, OUTCOME_NOT_SET -> {}
    }
  }

  /// What is at the server, with the time that it got there, the own other devices get too.
  private void copyToOwnDevices(Transaction tx, OutboxRow row) {
    AccountId self = core.self().id();
    if (OwnDevices.any(core)) {
      core.store()
          .outgoing()
          .add(
              0,
              Optional.of(self),
              Kind.SYNC,
              row.message(),
              new byte[0],
              core.randomBytes(ENVELOPE_ID));
      tx.afterCommit(() -> wake(self));
    }
  }

  private void later(
      Transaction tx, Traffic traffic, OutboxRow row, Failure reason, Duration asked) {
    if (row.kind() == Kind.MESSAGE) {
      core.store().messages().waitsFor(row.message(), reason);
    }
    tx.afterCommit(() -> pause(traffic, asked));
  }

  /// Waits as long as was asked, at least a back-off that doubles, at most a minute.
  private void pause(Traffic traffic, Duration asked) {
    long backOff = FIRST_PAUSE.toMillis() << Math.min(traffic.refusals, 7);
    traffic.refusals++;
    long jittered = backOff / 2 + core.random().nextLong(backOff / 2 + 1);
    long millis = Math.min(Math.max(jittered, asked.toMillis()), LONGEST_PAUSE.toMillis());
    traffic.pause(Duration.ofMillis(millis).toNanos());
    core.timers().after(millis + 1, () -> wake(traffic.account));
  }

  /// The device list was refused: what is right is kept, the rest is encrypted again (design §3.2).
  private void mend(Transaction tx, Traffic traffic, OutboxRow row, MismatchedDevices mismatch) {
    if (row.rounds() >= MAX_ROUNDS) {
      fail(tx, row, Failures.STILL_MISMATCHED);
      return;
    }
    Set<Integer> drop = new HashSet<>(mismatch.getExtraList());
    drop.addAll(mismatch.getMissingList());
    drop.addAll(mismatch.getStaleList());
    core.store().outgoing().mend(row.id(), without(row, drop));
    for (int stale : mismatch.getStaleList()) {
      if (DeviceId.valid(stale)) {
        core.self().crypto().archive(new DeviceAddress(row.account(), new DeviceId(stale)));
      }
    }
    long known = core.store().chains().of(row.account()).map(c -> c.sequence()).orElse(-1L);
    boolean newer = Integer.toUnsignedLong(mismatch.getChainSequence()) > known;
    tx.afterCommit(() -> {
      traffic.withoutBundle.clear();
      if (newer) {
        fetch(traffic, List.of());
      }
    });
  }

  private static byte[] without(OutboxRow row, Set<Integer> devices) {
    try {
      Send frame = Send.parseFrom(row.frame().orElseGet(() -> new byte[0]));
      List<DeviceEnvelope> kept =
          frame.getDevicesList().stream().filter(d -> !devices.contains(d.getDevice())).toList();
      return frame.toBuilder().clearDevices().addAllDevices(kept).build().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      return Send.newBuilder()
          .setEnvelopeId(ByteString.copyFrom(row.envelopeId()))
          .build()
          .toByteArray();
    }
  }

  /// What the line of sealed sends tells.
  private final class OnSealedLine implements SealedLine.Guest {
    @Override
    public void opened(SealedStream opened) {
      onLane(_ -> {
        sealedStream = Optional.of(opened);
        readyAgain(sealed);
      });
    }

    @Override
    public void ready() {
      readyAgain(sealed);
    }

    @Override
    public void answered(SealedStream from, SendResult result) {
      var _ =
          core.lane()
              .submit(tx ->
                  sealedStream.filter(s -> s == from).isPresent()
                      && Outbox.this.answered(tx, sealed, result));
    }

    @Override
    public void ended(SealedStream over, boolean absent) {
      onLane(tx -> {
        if (absent) {
          core.store().outgoing().forgetChannel(Channel.SEALED);
        }
        tx.afterCommit(() -> {
          if (sealedStream.filter(s -> s == over).isPresent()) {
            sealedStream = Optional.empty();
            sealed.restart();
            lanes.values().stream()
                .filter(traffic -> traffic.channel == Channel.SEALED)
                .forEach(traffic -> dirty.add(traffic.account));
            lanes.values().forEach(Traffic::restartSealed);
          }
          readyAgain(sealed);
        });
      });
    }

    private void onLane(Consumer<Transaction> action) {
      var _ =
          core.lane()
              .submit(tx -> {
                action.accept(tx);
                return true;
              });
    }
  }

  private static final class Unheard implements GroupRowsListener {
    @Override
    public void accepted(Transaction tx, OutboxRow row) {
      // Nobody listens.
    }

    @Override
    public void failed(Transaction tx, OutboxRow row) {
      // Nobody listens.
    }
  }

  private Traffic traffic(AccountId account) {
    return lanes.computeIfAbsent(account, Traffic::new);
  }
}
