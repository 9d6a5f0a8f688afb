package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chat.v1.ClientFrame;
import sotto.chat.v1.GroupRecipient;
import sotto.chat.v1.GroupSend;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.MemberResult;
import sotto.client.Failure;
import sotto.client.Status;
import sotto.client.internal.engine.GroupKeys.Keys;
import sotto.client.internal.net.ChatStream;
import sotto.client.internal.store.Attached;
import sotto.client.internal.store.GroupOutboxRow;
import sotto.client.internal.store.GroupRow;
import sotto.client.internal.store.KeysGiven.Given;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.Messages;
import sotto.client.internal.store.OutboxRow;
import sotto.client.internal.store.Sha256;
import sotto.content.v1.Content;
import sotto.crypto.GroupCrypto;
import sotto.crypto.Padding;
import sotto.group.GroupChain;
import sotto.group.GroupId;

/// Sends messages to groups: one ciphertext for all members, one frame of a group in flight
/// (protocol L6). Fields belong to the lane unless they say otherwise.
///
/// A member whose row is not settled is left out of later frames until it is, and gets his messages
/// singly, in order; the others do not wait for him. Nothing goes to a member before the server has
/// accepted the sender key for his devices.
final class GroupOutbox {
  private static final int SCANNED = 64;
  private static final long AFTER_FAULT_MILLIS = 1000;
  private static final long GIVE_UP_MILLIS = Duration.ofDays(14).toMillis();

  // How long a message waits for keys that are on their way, so that it goes to all at once.
  private static final long KEYS_PATIENCE_MILLIS = 3000;
  // Those whose keys come later get it together.
  private static final long GATHER_MILLIS = 250;
  private static final long FIRST_PAUSE_MILLIS = 250;
  private static final long LONGEST_PAUSE_MILLIS = 60_000;

  private record Flight(long contact, long row, List<AccountId> recipients) {}

  private record Planned(GroupTraffic traffic, long row, List<AccountId> to, GroupSend frame) {}

  private final Core core;
  private final Groups groups;
  private final GroupKeys keys;
  private final GroupSync sync;
  private final Sealer sealer;
  private final Sessions sessions;
  private final Runnable wakeUploads;

  private final Map<Long, GroupTraffic> traffics = new HashMap<>();
  private final Map<Long, Flight> flights = new HashMap<>();
  private Optional<ChatStream> stream = Optional.empty();
  private long lastRequest;

  // For any thread.
  private final Set<Long> dirty = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean filling = new AtomicBoolean();

  GroupOutbox(
      Core core,
      Groups groups,
      GroupKeys keys,
      GroupSync sync,
      Sealer sealer,
      Sessions sessions,
      Runnable wakeUploads) {
    this.core = core;
    this.groups = groups;
    this.keys = keys;
    this.sync = sync;
    this.sealer = sealer;
    this.sessions = sessions;
    this.wakeUploads = wakeUploads;
  }

  /// What hears of keys.
  Outbox.GroupRowsListener listener() {
    return new Outbox.GroupRowsListener() {
      @Override
      public void accepted(Transaction tx, OutboxRow row) {
        if (row.ids().length > 0) {
          keys.accepted(row);
          tx.afterCommit(() -> wake(row.contact()));
        }
      }

      @Override
      public void failed(Transaction tx, OutboxRow row) {
        if (row.ids().length > 0) {
          keys.failed(row);
          tx.afterCommit(() -> wake(row.contact()));
        }
      }
    };
  }

  /// A new stream is open. On the lane.
  void attach(Transaction tx, ChatStream open) {
    core.store().groupOutgoing().setAllTried();
    keys.connected();
    tx.afterCommit(() -> {
      stream = Optional.of(open);
      flights.clear();
      traffics.values().forEach(GroupTraffic::restartOnNewStream);
      dirty.addAll(core.store().groupOutgoing().groups());
      pump();
    });
  }

  /// The stream is over. On the lane.
  void detach(ChatStream over) {
    if (stream.filter(s -> s == over).isPresent()) {
      stream = Optional.empty();
      flights.clear();
    }
  }

  /// There may be something to send to a group. Any thread.
  void wake(long contact) {
    dirty.add(contact);
    pump();
  }

  /// A group has been fetched. Any thread but the lane.
  void wakeFor(GroupId group) {
    core.lane()
        .call(_ -> core.store().groups().find(group).map(GroupRow::contact))
        .ifPresent(this::wake);
  }

  /// Whether nothing is left that could go now. On the lane.
  boolean empty() {
    return core.store().groupOutgoing().groups().stream()
        .noneMatch(contact -> !traffic(contact).paused() && !traffic(contact).stuck);
  }

  /// Frames can be written again. Any thread.
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
    Optional<ChatStream> current = stream;
    if (current.map(ChatStream::ready).orElse(false)) {
      for (long contact : List.copyOf(dirty)) {
        dirty.remove(contact);
        tx.afterUndo(() -> dirty.add(contact));
        plan(tx, traffic(contact)).ifPresent(planned::add);
      }
    }
    tx.afterCommit(() -> {
      if (!planned.isEmpty()) {
        CrashPoint.AFTER_ENCRYPT.reached();
        planned.forEach(p -> send(current, p));
        CrashPoint.AFTER_SEND.reached();
      }
      filling.set(false);
      if (stream.map(ChatStream::ready).orElse(false)) {
        pump();
      }
    });
    return true;
  }

  private void send(Optional<ChatStream> plannedFor, Planned p) {
    if (stream.isEmpty() || !stream.equals(plannedFor) || p.traffic().inFlight) {
      dirty.add(p.traffic().contact);
      return;
    }
    long request = ++lastRequest;
    flights.put(request, new Flight(p.traffic().contact, p.row(), p.to()));
    p.traffic().sent();
    stream
        .get()
        .send(
            ClientFrame.newBuilder()
                .setGroupSend(p.frame().toBuilder().setRequest(request))
                .build());
  }

  /// The next frame of a group.
  private Optional<Planned> plan(Transaction tx, GroupTraffic traffic) {
    traffic.stuck = false;
    if (traffic.inFlight || traffic.paused()) {
      return Optional.empty();
    }
    List<GroupOutboxRow> rows = core.store().groupOutgoing().lane(traffic.contact, SCANNED);
    Optional<GroupRow> row =
        rows.isEmpty() ? Optional.empty() : core.store().groups().of(traffic.contact);
    Optional<GroupPast> past = row.flatMap(r -> groups.past(r.id()));
    if (rows.isEmpty() || row.isEmpty() || past.isEmpty()) {
      traffic.stuck = true;
      return Optional.empty();
    }
    GroupChain chain = past.get().chain();
    if (row.get().forked()) {
      rows.forEach(r -> core.store().messages().waitsFor(r.message(), Failures.GROUP_CONTRADICTED));
      traffic.stuck = true;
      return Optional.empty();
    }
    Optional<Failure> shut = shut(chain);
    if (shut.isPresent()) {
      core.store().groupOutgoing().all(traffic.contact).forEach(r -> fail(tx, r, shut.get()));
      return Optional.empty();
    }
    return next(tx, traffic, row.get(), chain, rows);
  }

  /// Why nothing goes there any more.
  private Optional<Failure> shut(GroupChain chain) {
    AccountId self = core.self().id();
    if (chain.ended()) {
      return Optional.of(Failures.GROUP_ENDED);
    }
    if (chain.member(self).isEmpty()) {
      return Optional.of(Failures.NOT_A_MEMBER);
    }
    return chain.maySend(self) ? Optional.empty() : Optional.of(Failures.MAY_NOT_WRITE);
  }

  private Optional<Planned> next(
      Transaction tx,
      GroupTraffic traffic,
      GroupRow group,
      GroupChain chain,
      List<GroupOutboxRow> rows) {
    Keys own = keys.prepare(tx, group, chain);
    if (traffic.waitsForKeys(own.coming(), KEYS_PATIENCE_MILLIS)) {
      later(traffic, KEYS_PATIENCE_MILLIS);
      return Optional.empty();
    }
    Set<AccountId> members = keys.recipients(chain);
    Set<AccountId> behind = new HashSet<>();
    for (GroupOutboxRow r : rows) {
      if (tooOld(r)) {
        fail(tx, r, Failures.EXPIRED);
        continue;
      }
      if (r.ciphertext().isEmpty() && core.store().attached().waits(r.message())) {
        if (mayBeOvertaken(tx, traffic, r)) {
          continue;
        }
        return Optional.empty();
      }
      Optional<GroupOutboxRow> made = made(tx, r, group, chain, own, members);
      if (made.isEmpty()) {
        continue;
      }
      GroupOutboxRow row = made.get();
      List<AccountId> to =
          row.left().stream()
              .filter(member -> own.ready().containsKey(member))
              .filter(member -> !behind.contains(member) && !traffic.paused(member))
              .toList();
      if (!to.isEmpty()) {
        boolean follows = row.tried() && to.size() < row.left().size();
        if (follows && traffic.gathers(GATHER_MILLIS)) {
          later(traffic, GATHER_MILLIS);
          return Optional.empty();
        }
        return Optional.of(new Planned(traffic, row.id(), to, frame(row, group, chain, own, to)));
      }
      behind.addAll(row.left());
    }
    traffic.stuck = true;
    return Optional.empty();
  }

  private void later(GroupTraffic traffic, long millis) {
    core.timers().after(millis + 1, () -> wake(traffic.contact));
  }

  private boolean tooOld(GroupOutboxRow row) {
    return row.firstAttemptAt()
        .map(first -> core.clock().millis() - first > GIVE_UP_MILLIS)
        .orElse(false);
  }

  private boolean mayBeOvertaken(Transaction tx, GroupTraffic traffic, GroupOutboxRow row) {
    tx.afterCommit(wakeUploads);
    if (traffic.graceOver()) {
      core.store().groupOutgoing().park(row.id());
      return true;
    }
    later(traffic, Traffic.GRACE_MILLIS);
    return false;
  }

  /// The row with a ciphertext under the key of now, and without who has left since.
  ///
  /// @return empty if it is settled
  private Optional<GroupOutboxRow> made(
      Transaction tx,
      GroupOutboxRow row,
      GroupRow group,
      GroupChain chain,
      Keys own,
      Set<AccountId> members) {
    Optional<UUID> under =
        row.ciphertext().flatMap(bytes -> GroupCrypto.distributionOf(bytes.toArray()));
    boolean first = row.ciphertext().isEmpty();
    boolean whole = under.equals(Optional.of(own.distribution())) && readable(row, own);
    Set<AccountId> left = new TreeSet<>(first ? members : row.left());
    left.retainAll(members);
    left.removeAll(own.failed());
    Set<AccountId> without = new HashSet<>(first ? members : row.left());
    without.removeAll(left);
    without.remove(core.self().id());
    long now = core.clock().millis();
    if (first) {
      core.store().groupReceipts().anew(row.message());
    }
    without.forEach(
        member -> core.store().groupReceipts().failed(row.message(), member, !first, now));
    if (left.isEmpty()) {
      // Nobody else is there, or nobody can have it.
      if (first) {
        core.store().groupReceipts().sent(row.message(), chain.revision(), 0);
      }
      done(tx, row);
      return Optional.empty();
    }
    if (whole && left.size() == row.left().size()) {
      return Optional.of(row);
    }
    if (!whole && !encrypted(row, group, chain, own, left, first)) {
      core.store().groupOutgoing().remove(row.id());
      return Optional.empty();
    }
    if (whole) {
      core.store().groupOutgoing().setLeft(row.id(), left);
    }
    return core.store().groupOutgoing().find(row.id());
  }

  /// Whether all who lack a message were given the key before it was encrypted: an earlier message
  /// cannot be read with a later key.
  private static boolean readable(GroupOutboxRow row, Keys own) {
    return row.left().stream()
        .filter(own.ready()::containsKey)
        .allMatch(member -> given(own, member).turn() <= row.turn());
  }

  private boolean encrypted(
      GroupOutboxRow row,
      GroupRow group,
      GroupChain chain,
      Keys own,
      Set<AccountId> left,
      boolean first) {
    Optional<Messages.Body> body = core.store().messages().body(row.message());
    if (body.isEmpty()) {
      return false;
    }
    long now = core.clock().millis();
    long sentAt =
        row.firstAttemptAt().isEmpty()
            ? sealer.fixTime(group.contact(), body.get())
            : body.get().sentAt();
    byte[] content = content(body.get(), sentAt, chain).toByteArray();
    byte[] ciphertext =
        core.self()
            .groupCrypto()
            .encrypt(own.distribution(), Padding.pad(content))
            .orElseThrow(() -> new IllegalStateException("the own sender key is gone"));
    core.store()
        .groupOutgoing()
        .setCiphertext(
            row.id(), ciphertext, left, core.store().keysGiven().turn(group.contact()), now);
    core.store().groupOutgoing().log(Sha256.of(ciphertext), row.message(), now);
    if (first) {
      boolean own1 = left.contains(core.self().id());
      core.store()
          .groupReceipts()
          .sent(row.message(), chain.revision(), left.size() - (own1 ? 1 : 0));
    }
    return true;
  }

  private Content content(Messages.Body body, long sentAt, GroupChain chain) {
    List<Attached.Entry> files =
        body.files() == 0 ? List.of() : core.store().attached().of(body.id());
    Content.Builder content =
        Content.newBuilder()
            .setMessageId(ByteString.copyFrom(body.messageId().bytes()))
            .setSentAtMs(sentAt)
            .setGroup(Groups.anchor(chain))
            .setUsernameHint(core.self().account().username().value())
            .setMessage(Contents.message(body.text(), files));
    core.store()
        .chains()
        .of(core.self().id())
        .map(Contents::head)
        .ifPresent(content::setSenderChain);
    return content.build();
  }

  private static Given given(Keys own, AccountId member) {
    Given given = own.ready().get(member);
    if (given == null) {
      throw new IllegalStateException("the member does not have the key");
    }
    return given;
  }

  private static GroupSend frame(
      GroupOutboxRow row, GroupRow group, GroupChain chain, Keys own, List<AccountId> to) {
    GroupSend.Builder frame =
        GroupSend.newBuilder()
            .setGroupId(ByteString.copyFrom(group.id().bytes()))
            .setRevision(chain.revision())
            .setCiphertext(ByteString.copyFrom(row.ciphertext().orElseThrow().toArray()));
    for (AccountId member : to) {
      frame.addRecipients(
          GroupRecipient.newBuilder()
              .setAccountId(ByteString.copyFrom(member.bytes()))
              .setEnvelopeId(ByteString.copyFrom(row.envelopeId(member)))
              .setChainSequence((int) given(own, member).chainSequence()));
    }
    return frame.build();
  }

  /// An answer came. Network thread.
  void answered(ChatStream from, GroupSendResult result) {
    var _ = core.lane().submit(tx -> answered(tx, from, result));
  }

  private boolean answered(Transaction tx, ChatStream from, GroupSendResult result) {
    Flight flight = flights.get(result.getRequest());
    if (flight == null || stream.filter(s -> s == from).isEmpty()) {
      return false;
    }
    GroupTraffic traffic = traffic(flight.contact());
    core.store()
        .groupOutgoing()
        .find(flight.row())
        .ifPresent(row -> answered(tx, traffic, row, flight, result));
    tx.afterCommit(() -> {
      flights.remove(result.getRequest());
      traffic.inFlight = false;
      wake(traffic.contact);
      core.progress().raise();
    });
    return true;
  }

  private void answered(
      Transaction tx,
      GroupTraffic traffic,
      GroupOutboxRow row,
      Flight flight,
      GroupSendResult result) {
    if (result.hasStaleRevision()) {
      stale(tx, traffic, row);
    } else if (result.hasRefused()) {
      // What the server has of the group is not what is here: it says why.
      core.store()
          .groups()
          .of(row.contact())
          .ifPresent(g -> tx.afterCommit(() -> sync.wake(g.id())));
      fail(tx, row, refused(result.getRefused().getReason()));
    } else if (result.hasTooLarge()) {
      fail(tx, row, Failures.TOO_LARGE);
    } else if (result.hasInvalid()) {
      fail(tx, row, Failures.INVALID);
    } else if (result.hasRateLimited()) {
      wait(tx, traffic, row, Failures.RATE_LIMITED, result.getRateLimited().getRetryAfterMs());
    } else if (result.hasUnavailable()) {
      wait(tx, traffic, row, Failures.SERVER_BUSY, result.getUnavailable().getRetryAfterMs());
    } else if (result.getResultsCount() == flight.recipients().size()) {
      settle(tx, traffic, row, flight, result);
    } else {
      wait(tx, traffic, row, Failures.SERVER_BUSY, FIRST_PAUSE_MILLIS);
    }
  }

  private static Failure refused(String reason) {
    return switch (reason) {
      case "NOT_A_MEMBER", "UNKNOWN_GROUP" -> Failures.NOT_A_MEMBER;
      case "MAY_NOT_SEND" -> Failures.MAY_NOT_WRITE;
      default -> Failures.INVALID;
    };
  }

  /// Nothing was stored: what nobody can have yet is encrypted anew, for the members of then.
  private void stale(Transaction tx, GroupTraffic traffic, GroupOutboxRow row) {
    if (!row.tried()) {
      core.store().groupOutgoing().forgetCiphertext(row.id());
    }
    core.store()
        .groups()
        .of(row.contact())
        .ifPresent(group -> {
          core.store().groups().setBehind(group.id(), true);
          tx.afterCommit(() -> sync.wake(group.id()));
        });
    tx.afterCommit(() -> pause(traffic, FIRST_PAUSE_MILLIS));
  }

  private void settle(
      Transaction tx,
      GroupTraffic traffic,
      GroupOutboxRow row,
      Flight flight,
      GroupSendResult result) {
    Set<AccountId> left = new TreeSet<>(row.left());
    Optional<Failure> waits = Optional.empty();
    boolean any = false;
    for (int i = 0; i < result.getResultsCount(); i++) {
      AccountId member = flight.recipients().get(i);
      MemberResult outcome = result.getResults(i);
      switch (outcome.getOutcomeCase()) {
        case ACCEPTED -> {
          left.remove(member);
          any = true;
          tx.afterCommit(() -> traffic.accepted(member));
        }
        case UNKNOWN_RECIPIENT -> {
          left.remove(member);
          core.store().groupReceipts().failed(row.message(), member, true, core.clock().millis());
        }
        case MISMATCHED_DEVICES ->
            mismatched(
                tx,
                traffic,
                member,
                Integer.toUnsignedLong(outcome.getMismatchedDevices().getChainSequence()));
        case MAILBOX_FULL -> {
          waits = Optional.of(Failures.MAILBOX_FULL);
          tx.afterCommit(() -> pause(traffic, member, LONGEST_PAUSE_MILLIS));
        }
        case UNAVAILABLE -> {
          waits = Optional.of(Failures.SERVER_BUSY);
          tx.afterCommit(() -> pause(traffic, member, outcome.getUnavailable().getRetryAfterMs()));
        }
        case OUTCOME_NOT_SET -> tx.afterCommit(() -> pause(traffic, member, FIRST_PAUSE_MILLIS));
      }
    }
    if (any) {
      tx.afterCommit(traffic::progressed);
    }
    if (left.isEmpty()) {
      done(tx, row);
    } else {
      core.store().groupOutgoing().setLeft(row.id(), left);
      waits.ifPresent(reason -> core.store().messages().waitsFor(row.message(), reason));
    }
  }

  /// The member's devices are others: his chain is fetched, new ones are given the key.
  private void mismatched(Transaction tx, GroupTraffic traffic, AccountId member, long sequence) {
    long known = core.store().chains().of(member).map(AccountChain::sequence).orElse(-1L);
    tx.afterCommit(() -> {
      pause(traffic, member, FIRST_PAUSE_MILLIS);
      if (sequence > known) {
        core.session()
            .ifPresent(session ->
                core.fetching(
                    member,
                    () -> {
                      var _ = sessions.fetch(session.calls(), member, List.of());
                    },
                    () -> {
                      traffic.unpaused(member);
                      wake(traffic.contact);
                    }));
      }
    });
  }

  private void done(Transaction tx, GroupOutboxRow row) {
    core.store().groupOutgoing().remove(row.id());
    core.advance(tx, row.message(), Status.SENT);
    core.store()
        .groupReceipts()
        .of(row.message())
        .flatMap(counts -> counts.all())
        .ifPresent(status -> core.advance(tx, row.message(), status));
    tx.afterCommit(core.progress()::raise);
  }

  private void wait(
      Transaction tx, GroupTraffic traffic, GroupOutboxRow row, Failure reason, long millis) {
    if (reason.equals(Failures.SERVER_BUSY)) {
      core.store().groupOutgoing().setTried(row.id());
    }
    core.store().messages().waitsFor(row.message(), reason);
    tx.afterCommit(() -> pause(traffic, millis));
  }

  private void pause(GroupTraffic traffic, long asked) {
    long millis = pauseMillis(traffic.refused(), asked);
    traffic.pause(millis);
    later(traffic, millis);
  }

  private void pause(GroupTraffic traffic, AccountId member, long asked) {
    long millis = pauseMillis(traffic.refused(member), asked);
    traffic.pause(member, millis);
    later(traffic, millis);
  }

  private long pauseMillis(int before, long asked) {
    long backOff = FIRST_PAUSE_MILLIS << Math.min(before, 8);
    long jittered = backOff / 2 + core.random().nextLong(backOff / 2 + 1);
    return Math.min(Math.max(jittered, asked), LONGEST_PAUSE_MILLIS);
  }

  private void fail(Transaction tx, GroupOutboxRow row, Failure failure) {
    core.store().groupOutgoing().remove(row.id());
    core.fail(tx, row.message(), failure);
    tx.afterCommit(core.progress()::raise);
  }

  /// Gives up what was first encrypted too long ago (protocol L4). On the lane.
  void expire(Transaction tx) {
    core.store()
        .groupOutgoing()
        .attemptedBefore(core.clock().millis() - GIVE_UP_MILLIS)
        .forEach(row -> fail(tx, row, Failures.EXPIRED));
  }

  private GroupTraffic traffic(long contact) {
    return traffics.computeIfAbsent(contact, GroupTraffic::new);
  }
}
