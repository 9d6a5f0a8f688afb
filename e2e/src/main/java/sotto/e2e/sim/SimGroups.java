package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.group.Action;
import sotto.group.ChangeBody;
import sotto.group.GroupChain;
import sotto.group.GroupChange;
import sotto.group.GroupId;
import sotto.group.GroupOptions;
import sotto.group.Role;
import sotto.group.SealedAttributes;
import sotto.group.v1.ChangeRequest;
import sotto.group.v1.ChangeResponse;
import sotto.group.v1.GetChangesRequest;
import sotto.group.v1.GetChangesResponse;
import sotto.group.v1.GroupServiceGrpc;

/// What one start of a client does about groups beside writing to them: its changes, each again and
/// again until it is answered, and what it hears and reads of others'.
final class SimGroups {
  private static final long AGAIN = 400 * Scheduler.MILLI;
  // Some give up before the relay does, some hear what it says then.
  private static final int LONGEST = 15;

  private final SimClient client;
  private final World world;
  private final Machine machine;
  private final GroupLedger ledger;
  private final Set<GroupId> reading = new HashSet<>();
  private final Set<GroupId> readAgain = new HashSet<>();

  SimGroups(SimClient client, World world) {
    this.client = client;
    this.world = world;
    this.machine = client.machine();
    this.ledger = world.ledger().groups();
  }

  /// The process has started: what is not answered goes on.
  void begin() {
    List.copyOf(client.disk().groups.keySet()).forEach(this::submit);
  }

  /// Reads what was missed.
  void readAll() {
    List.copyOf(client.disk().groups.keySet()).forEach(this::read);
  }

  private AccountId account() {
    return client.self().account();
  }

  /// The user founds a group.
  GroupId found(Collection<AccountId> others) {
    var members = new TreeMap<AccountId, Role>();
    others.forEach(
        other -> members.put(other, world.random().nextInt(3) == 0 ? Role.ADMIN : Role.MEMBER));
    members.put(account(), Role.OWNER);
    var options = new GroupOptions(false, world.random().nextBoolean());
    var change =
        world
            .devices(account())
            .sign(
                client.self().device(),
                author ->
                    ChangeBody.found(
                        author,
                        Bytes.of(world.bytes(Action.Found.NONCE_LENGTH).toByteArray()),
                        members,
                        options,
                        attributes(),
                        world.clock().millis()));
    make(change);
    return change.group();
  }

  /// The user changes a group, if he can.
  void change(GroupId group) {
    var had = client.disk().group(group);
    var chain = had.chain.filter(_ -> had.pending.isEmpty());
    chain
        .flatMap(known -> new Wish(world, account()).of(known))
        .ifPresent(action ->
            make(
                world
                    .devices(account())
                    .sign(
                        client.self().device(),
                        author ->
                            ChangeBody.next(
                                chain.orElseThrow(), author, action, world.clock().millis()))));
  }

  private SealedAttributes attributes() {
    return new SealedAttributes(world.bytes(16).toByteArray());
  }

  private void make(GroupChange change) {
    client.disk().group(change.group()).pending = Optional.of(change);
    ledger.made(change, client.self());
    submit(change.group());
  }

  private void submit(GroupId group) {
    var pending = client.disk().group(group).pending;
    if (client.isGone() || pending.isEmpty()) {
      return;
    }
    if (!client.hasToken()) {
      submitLater(group);
      return;
    }
    var change = pending.get();
    ledger.changing(change, world.listed());
    stub()
        .change(
            ChangeRequest.newBuilder()
                .setGroupId(ByteString.copyFrom(group.bytes()))
                .setRevision(change.body().revision())
                .setChange(ByteString.copyFrom(change.bytes()))
                .build(),
            new Unary<>(answer -> answered(change, answer), () -> submitLater(group)));
  }

  private GroupServiceGrpc.GroupServiceStub stub() {
    return GroupServiceGrpc.newStub(
            client.authorised(world.net().channel(machine, world.someRelay())))
        .withDeadlineAfter(5 + world.random().nextInt(LONGEST), TimeUnit.SECONDS);
  }

  private void submitLater(GroupId group) {
    machine.after(AGAIN + world.random().nextLong(AGAIN), () -> submit(group));
  }

  private void answered(GroupChange change, ChangeResponse answer) {
    var had = client.disk().group(change.group());
    if (!had.pending.equals(Optional.of(change))) {
      return;
    }
    had.pending = Optional.empty();
    switch (answer.getOutcomeCase()) {
      case CHANGED -> {
        ledger.changed(change);
        learn(change);
      }
      case STALE -> {
        ledger.taken(change, answer.getStale().getRevision());
        read(change.group());
      }
      case REFUSED ->
          ledger.changeRefused(
              change, answer.getRefused().getReason(), world.isRemoved(client.self()));
      case OUTCOME_NOT_SET -> throw new Violation("0021", "a change is answered with nothing");
    }
    client.pumpGroup(change.group());
  }

  /// An envelope tells of a change.
  void heard(GroupId group, GroupChange change) {
    if (!change.group().equals(group)) {
      throw new Violation("G8", "an envelope names another group than its change");
    }
    if (learn(change)) {
      client.pumpGroup(group);
    } else {
      read(group);
    }
  }

  /// Takes a change that follows what is known.
  ///
  /// @return whether it, or another at its place, is known now
  private boolean learn(GroupChange change) {
    ledger.read(client.self(), change);
    var had = client.disk().group(change.group());
    long next = had.chain.map(GroupChain::revision).orElse(-1L) + 1;
    if (change.body().revision() == next) {
      had.chain =
          Optional.of(
              GroupHistory.extended(
                  had.chain
                      .map(chain -> chain.appendAgain(change))
                      .orElseGet(() -> GroupChain.foundAgain(change))));
    }
    return change.body().revision() <= next;
  }

  /// Reads what is missing of a group.
  void read(GroupId group) {
    if (reading.add(group)) {
      ask(group);
    } else {
      readAgain.add(group);
    }
  }

  private void ask(GroupId group) {
    if (client.isGone()) {
      return;
    }
    if (!client.hasToken()) {
      askLater(group);
      return;
    }
    long from = client.disk().group(group).chain.map(GroupChain::revision).orElse(-1L) + 1;
    long stored = ledger.history().revision(group);
    stub()
        .getChanges(
            GetChangesRequest.newBuilder()
                .setGroupId(ByteString.copyFrom(group.bytes()))
                .setFromRevision(from)
                .build(),
            new Unary<>(answer -> told(group, stored, answer), () -> askLater(group)));
  }

  private void askLater(GroupId group) {
    machine.after(AGAIN + world.random().nextLong(AGAIN), () -> ask(group));
  }

  private void told(GroupId group, long stored, GetChangesResponse answer) {
    if (!answer.getFound()) {
      ledger.notFound(group, account(), stored);
    } else {
      ledger.found(group, account(), stored, answer.getRevision());
      answer.getChangesList().forEach(change -> learn(GroupHistory.parsed(change)));
    }
    long known = client.disk().group(group).chain.map(GroupChain::revision).orElse(-1L);
    boolean more = answer.getFound() && known < answer.getRevision();
    if (more || readAgain.remove(group)) {
      ask(group);
    } else {
      reading.remove(group);
      client.pumpGroup(group);
    }
  }
}
