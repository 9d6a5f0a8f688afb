package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chat.v1.DeviceEnvelope;
import sotto.chat.v1.Send;
import sotto.client.internal.store.GroupRow;
import sotto.client.internal.store.GroupRows;
import sotto.client.internal.store.KeysGiven.Given;
import sotto.client.internal.store.KeysGiven.State;
import sotto.client.internal.store.Lane.Transaction;
import sotto.client.internal.store.OutboxRow;
import sotto.content.v1.Content;
import sotto.group.GroupChain;

/// Gives this device's sender key of a group to the devices of its members, over their sessions,
/// and makes another when somebody who may have it is no member any more. For the lane only.
///
/// ```
/// none ── a message is to go ──▶ a key, on its way to every member
/// on its way ── accepted by the server ──▶ given: messages go there
/// given ── the account has another device ──▶ on its way to all its devices
/// given ── the account leaves, or a device does ──▶ another key, from the beginning
/// on its way ── it cannot be given ──▶ failed: messages go to the others
/// failed ── another connection, or a message ten minutes later ──▶ on its way to all its devices
/// ```
final class GroupKeys {
  /// The key of now.
  ///
  /// @param distribution its id
  /// @param ready the members whose devices have it
  /// @param failed the members that cannot be given it
  /// @param coming whether it is on its way to others
  record Keys(
      UUID distribution, Map<AccountId, Given> ready, Set<AccountId> failed, boolean coming) {}

  /// @param until when somebody who could not be given the key is tried again
  private record Made(long revision, long chains, long given, long until, Keys keys) {}

  private record Refused(long contact, AccountId member) {}

  private static final long LIFE_MILLIS = Duration.ofDays(14).toMillis();
  private static final long AGAIN_MILLIS = Duration.ofMinutes(10).toMillis();

  private final Core core;
  private final Outbox outbox;
  private final Map<Long, Made> made = new HashMap<>();
  // Until when they are not tried again.
  private final Map<Refused, Long> refused = new HashMap<>();
  private long changes;

  GroupKeys(Core core, Outbox outbox) {
    this.core = core;
    this.outbox = outbox;
  }

  /// There is another connection: who could not be given a key may be by now.
  void connected() {
    refused.clear();
    changes++;
  }

  /// The key of now, which is given to whoever lacks it.
  Keys prepare(Transaction tx, GroupRow row, GroupChain chain) {
    Made before = made.get(row.contact());
    if (before != null
        && before.revision() == chain.revision()
        && before.chains() == core.store().chains().changes()
        && before.given() == changes
        && core.clock().millis() < before.until()) {
      return before.keys();
    }
    Keys keys = made(tx, row, chain);
    made.put(
        row.contact(),
        new Made(
            chain.revision(),
            core.store().chains().changes(),
            changes,
            keys.failed().stream()
                .mapToLong(member -> triedAgainAt(row, member))
                .min()
                .orElse(Long.MAX_VALUE),
            keys));
    tx.afterUndo(made::clear);
    return keys;
  }

  private Keys made(Transaction tx, GroupRow row, GroupChain chain) {
    Set<AccountId> members = recipients(chain);
    Map<AccountId, Given> before = core.store().keysGiven().of(row.contact());
    Optional<UUID> known = row.distribution().filter(id -> usable(row, id, members, before));
    UUID distribution = known.orElseGet(() -> renewed(row));
    Map<AccountId, Given> given = known.isPresent() ? before : Map.of();
    Map<AccountId, Given> ready = new HashMap<>();
    Set<AccountId> failed = new HashSet<>();
    List<AccountId> lacking = new ArrayList<>();
    boolean coming = false;
    for (AccountId member : members) {
      Given there = given.get(member);
      if (there == null) {
        lacking.add(member);
      } else if (there.state() == State.FAILED) {
        (core.clock().millis() < triedAgainAt(row, member) ? failed : lacking).add(member);
      } else if (there.state() == State.ON_ITS_WAY) {
        coming = true;
      } else if (!current(row.contact(), member, there, ready)) {
        lacking.add(member);
      }
    }
    give(tx, row, chain, distribution, lacking, given);
    return new Keys(distribution, ready, failed, coming || !lacking.isEmpty());
  }

  private long triedAgainAt(GroupRow row, AccountId member) {
    return refused.getOrDefault(new Refused(row.contact(), member), 0L);
  }

  /// All members; this account if it has other devices.
  Set<AccountId> recipients(GroupChain chain) {
    Set<AccountId> members = new HashSet<>(chain.members().keySet());
    if (!OwnDevices.any(core)) {
      members.remove(core.self().id());
    }
    return members;
  }

  /// Whether nobody may have the key who should not.
  private boolean usable(
      GroupRow row, UUID distribution, Set<AccountId> members, Map<AccountId, Given> given) {
    return core.clock().millis() - row.distributionAt() < LIFE_MILLIS
        && core.store().senderKeys().senderKey(core.self().address(), distribution).isPresent()
        && given.entrySet().stream()
            .allMatch(e ->
                members.contains(e.getKey()) && stillListed(e.getKey(), e.getValue().devices()));
  }

  private boolean stillListed(AccountId account, List<DeviceId> devices) {
    if (devices.isEmpty()) {
      return true;
    }
    return core.store()
        .chains()
        .of(account)
        .map(chain -> devices.stream().allMatch(d -> chain.device(d).isPresent()))
        .orElse(true);
  }

  private UUID renewed(GroupRow row) {
    UUID id = GroupRows.uuid(core.randomBytes(2 * Long.BYTES));
    core.store().groups().setDistribution(row.contact(), Optional.of(id), core.clock().millis());
    return id;
  }

  /// Whether all devices that the account has now were given the key.
  private boolean current(
      long contact, AccountId member, Given there, Map<AccountId, Given> ready) {
    Optional<AccountChain> chain = core.store().chains().of(member);
    if (chain.isEmpty() || chain.get().sequence() <= there.chainSequence()) {
      ready.put(member, there);
      return true;
    }
    boolean all =
        chain.get().devices().stream()
            .map(DeviceEntry::device)
            .filter(device -> !isThis(member, device))
            .allMatch(there.devices()::contains);
    if (all) {
      Given now = new Given(State.GIVEN, there.turn(), chain.get().sequence(), there.devices());
      core.store().keysGiven().put(contact, member, now);
      ready.put(member, now);
    }
    return all;
  }

  private boolean isThis(AccountId account, DeviceId device) {
    return account.equals(core.self().id()) && device.equals(core.self().address().device());
  }

  private void give(
      Transaction tx,
      GroupRow row,
      GroupChain chain,
      UUID distribution,
      List<AccountId> lacking,
      Map<AccountId, Given> given) {
    // Made in any case: what goes later is encrypted under it.
    byte[] message = core.self().groupCrypto().distribution(distribution);
    if (lacking.isEmpty()) {
      return;
    }
    byte[] content =
        Content.newBuilder()
            .setGroup(Groups.anchor(chain))
            .setGroupKey(ByteString.copyFrom(row.key().bytes()))
            .setSenderKeyDistribution(ByteString.copyFrom(message))
            .build()
            .toByteArray();
    long turn = core.store().keysGiven().nextTurn(row.contact());
    for (AccountId member : lacking) {
      Given before = given.get(member);
      core.store()
          .keysGiven()
          .put(
              row.contact(),
              member,
              new Given(State.ON_ITS_WAY, turn, 0, before == null ? List.of() : before.devices()));
      core.store()
          .outgoing()
          .addGroup(
              row.contact(),
              member,
              content,
              Optional.of(Bytes.of(GroupRows.bytes(distribution))),
              core.randomBytes(16));
      tx.afterCommit(() -> outbox.wake(member));
    }
  }

  /// The server has accepted a key for a member's devices.
  void accepted(OutboxRow row) {
    settled(row, State.GIVEN);
  }

  /// A key cannot be given: not now.
  void failed(OutboxRow row) {
    refused.put(new Refused(row.contact(), row.account()), core.clock().millis() + AGAIN_MILLIS);
    settled(row, State.FAILED);
  }

  private void settled(OutboxRow row, State state) {
    Optional<GroupRow> group = core.store().groups().of(row.contact());
    boolean ofNow =
        group
            .flatMap(GroupRow::distribution)
            .map(id -> Bytes.of(GroupRows.bytes(id)).equals(Bytes.of(row.ids())))
            .orElse(false);
    if (!ofNow) {
      return;
    }
    Send frame = frame(row);
    Set<DeviceId> devices = new HashSet<>();
    Given before = core.store().keysGiven().of(row.contact()).get(row.account());
    if (before != null) {
      devices.addAll(before.devices());
    }
    for (DeviceEnvelope envelope : frame.getDevicesList()) {
      devices.add(new DeviceId(envelope.getDevice()));
    }
    // Those cannot be given it, and are not waited for.
    frame.getWithoutBundleList().forEach(number -> devices.add(new DeviceId(number)));
    core.store()
        .keysGiven()
        .put(
            row.contact(),
            row.account(),
            new Given(
                state,
                before == null ? 0 : before.turn(),
                Integer.toUnsignedLong(frame.getChainSequence()),
                List.copyOf(devices)));
    changes++;
  }

  private static Send frame(OutboxRow row) {
    try {
      return Send.parseFrom(row.frame().orElseGet(() -> new byte[0]));
    } catch (InvalidProtocolBufferException e) {
      return Send.getDefaultInstance();
    }
  }
}
