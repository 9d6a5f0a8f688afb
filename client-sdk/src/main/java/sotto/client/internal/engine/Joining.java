package sotto.client.internal.engine;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import java.util.function.Consumer;
import sotto.account.v1.AddDeviceResponse;
import sotto.account.v1.DeviceRegistration;
import sotto.chain.AccountChain;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.Signer;
import sotto.client.ServerAddress;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.engine.LinkMessages.Offered;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.Settings;
import sotto.crypto.DeviceKeys;
import sotto.crypto.LinkCode;
import sotto.crypto.LinkKey;
import sotto.crypto.LinkStep;
import sotto.crypto.LinkTalk;
import sotto.crypto.ProfileKey;
import sotto.link.v1.Grant;
import sotto.link.v1.Granted;
import sotto.link.v1.Report;

/// Makes this home a device of an account that another device belongs to (protocol A1, L5).
///
/// ```
/// nothing ── a code is shown ──▶ waiting ── an offer ──▶ keys, durable ── a join
/// keys ── a grant, durable ──▶ granted ── the server has the link ──▶ linked
/// granted ── the chain has moved on ──▶ keys, and a grant of the next round
/// granted ── the process dies ──▶ granted: the next call goes on there
/// any other ── the process dies ──▶ nothing: the next call begins anew, and no chain knows of it
/// ```
///
/// Blocks; not on the lane.
final class Joining {
  private static final String KEYS = "link_device_keys";
  private static final String DEVICE = "link_device_registration";
  private static final String OFFER = "link_offer";
  private static final String GRANTED = "link_granted";
  private static final String ARCHIVE_KEY = "archive_key";
  private static final int ROUNDS = 8;

  private final Core core;
  private final HomeAccount home;
  private final DeviceNames names;

  Joining(Core core, HomeAccount home, DeviceNames names) {
    this.core = core;
    this.home = home;
    this.names = names;
  }

  /// What became of a link at the server.
  private enum Sent {
    LINKED,
    MOVED_ON
  }

  /// Joins.
  ///
  /// @param show told the code, once; not if an earlier call had come so far that none is needed
  Identity join(ServerCalls calls, ServerAddress server, String name, Consumer<String> show) {
    requireFree();
    core.clock().learn(calls.serverInfo().getServerTimeMs());
    Optional<Identity> resumed = resume(calls, server, name);
    if (resumed.isPresent()) {
      return resumed.get();
    }
    core.lane().call(_ -> forget());
    try (LinkKey key = LinkKey.generate(core.random());
        LinkCode code = LinkCode.of(key, core.random())) {
      return join(new LinkSlots(core, calls, code), calls, server, name, key, code, show);
    }
  }

  private void requireFree() {
    if (core.identity().isPresent()) {
      throw SottoException.of(
          Code.ALREADY_REGISTERED,
          "This home has the account '" + core.self().account().username() + "' already.");
    }
    if (core.lane().call(_ -> Registration.begun(core))) {
      throw SottoException.of(
          Code.ALREADY_REGISTERED, "A registration was begun in this home and is not finished.");
    }
  }

  private Identity join(
      LinkSlots slots,
      ServerCalls calls,
      ServerAddress server,
      String name,
      LinkKey key,
      LinkCode code,
      Consumer<String> show) {
    long deadline = System.nanoTime() + LinkSlots.LIFE.toNanos();
    slots.put(LinkStep.WAITING, 0, new byte[0], deadline);
    show.accept(code.text());
    LinkTalk talk = new LinkTalk(code);
    byte[] offer =
        slots
            .get(LinkStep.OFFER, 0, deadline)
            .orElseThrow(() ->
                SottoException.of(
                    Code.LINK_FAILED, "Nobody used the code within ten minutes; it is void now."));
    byte[] plain = opened(talk.open(LinkStep.OFFER, 0, key, offer));
    Offered offered = LinkMessages.offered(plain).orElseThrow(Joining::malformed);
    DeviceKeys keys = core.lane().call(_ -> makeKeys());
    try (keys) {
      byte[] join = LinkMessages.join(keys, offered.chain().id(), name).toByteArray();
      say(slots, talk, LinkStep.JOIN, 0, offered, join, deadline);
      for (int round = 0; round < ROUNDS; round++) {
        Granted granted = granted(slots, talk, round, key, deadline);
        AccountChain chain =
            LinkMessages.granted(offered.chain(), granted, keys).orElseThrow(Joining::malformed);
        core.lane().call(_ -> keep(plain, granted));
        CrashPoint.LINK_GRANTED.reached();
        Sent sent = slots.patiently(() -> send(calls, chain), deadline);
        CrashPoint.LINK_SENT.reached();
        Optional<Identity> linked =
            sent == Sent.LINKED
                ? Optional.of(finish(server, offered, chain, granted, name))
                : Optional.empty();
        byte[] report = Report.newBuilder().setLinked(linked.isPresent()).build().toByteArray();
        say(slots, talk, LinkStep.REPORT, round, offered, report, linked.isPresent(), deadline);
        if (linked.isPresent()) {
          return linked.get();
        }
      }
    }
    core.lane().call(_ -> forget());
    throw SottoException.of(
        Code.LINK_FAILED, "The account's devices changed again and again meanwhile.");
  }

  private static byte[] opened(Optional<byte[]> message) {
    return message.orElseThrow(() ->
        SottoException.of(
            Code.LINK_FAILED, "What answered the code does not know it. Nothing was linked."));
  }

  private static SottoException malformed() {
    return SottoException.of(
        Code.LINK_FAILED, "The other device's message is malformed. Nothing was linked.");
  }

  private static void say(
      LinkSlots slots,
      LinkTalk talk,
      LinkStep step,
      int round,
      Offered offered,
      byte[] message,
      long deadline) {
    byte[] sealed =
        talk.seal(step, round, offered.replyKey(), message).orElseThrow(Joining::malformed);
    if (!slots.put(step, round, sealed, deadline)) {
      throw SottoException.of(
          Code.LINK_FAILED, "Somebody else answers for this device. Nothing was linked.");
    }
  }

  /// A device that is linked says so if it can; the other one finds out anyway.
  private static void say(
      LinkSlots slots,
      LinkTalk talk,
      LinkStep step,
      int round,
      Offered offered,
      byte[] message,
      boolean linked,
      long deadline) {
    try {
      say(slots, talk, step, round, offered, message, deadline);
    } catch (SottoException e) {
      if (!linked) {
        throw e;
      }
    }
  }

  private static Granted granted(
      LinkSlots slots, LinkTalk talk, int round, LinkKey key, long deadline) {
    byte[] sealed =
        slots
            .get(LinkStep.GRANT, round, deadline)
            .orElseThrow(() ->
                SottoException.of(
                    Code.LINK_FAILED, "The other device did not agree within ten minutes."));
    Grant grant =
        LinkMessages.grant(opened(talk.open(LinkStep.GRANT, round, key, sealed)))
            .orElseThrow(Joining::malformed);
    return switch (grant.getOutcomeCase()) {
      case GRANTED -> grant.getGranted();
      case DECLINED ->
          throw SottoException.of(Code.LINK_DECLINED, "The other device declined the link.");
      case OUTCOME_NOT_SET -> throw malformed();
    };
  }

  private DeviceKeys makeKeys() {
    DeviceKeys keys = DeviceKeys.generate(core.random());
    PreKeySupply.SignedPair pair = PreKeySupply.first(core, keys);
    Settings settings = core.store().settings();
    settings.put(KEYS, keys.serialize());
    settings.put(DEVICE, pair.registrationOf(keys).toByteArray());
    return keys;
  }

  private boolean keep(byte[] offer, Granted granted) {
    core.store().settings().put(OFFER, offer);
    core.store().settings().put(GRANTED, granted.toByteArray());
    return true;
  }

  private boolean forget() {
    for (String name : new String[] {KEYS, DEVICE, OFFER, GRANTED}) {
      core.store().settings().remove(name);
    }
    return true;
  }

  private Sent send(ServerCalls calls, AccountChain chain) {
    DeviceRegistration device = core.lane().call(_ -> registration());
    AddDeviceResponse answer = calls.addDevice(chain.id(), chain.links().getLast().bytes(), device);
    return switch (answer.getOutcomeCase()) {
      case APPENDED -> Sent.LINKED;
      case LINK_REFUSED ->
          switch (answer.getLinkRefused().getReason()) {
            case "SEQUENCE_TAKEN", "SEQUENCE_AHEAD", "WRONG_PREVIOUS", "UNKNOWN_SIGNER" ->
                Sent.MOVED_ON;
            case "TOO_MANY_DEVICES" -> throw Admission.tooMany();
            case "ACCOUNT_DISABLED" ->
                throw SottoException.of(
                    Code.ACCOUNT_DISABLED, "The server's operator has disabled this account.");
            default ->
                throw SottoException.of(
                    Code.REFUSED,
                    "The server refuses the link. Do both devices use the same server?");
          };
      case OUTCOME_NOT_SET ->
          throw SottoException.of(Code.REFUSED, "The server's answer is malformed.");
    };
  }

  private DeviceRegistration registration() {
    try {
      return DeviceRegistration.parseFrom(core.store().settings().bytes(DEVICE).orElseThrow());
    } catch (InvalidProtocolBufferException e) {
      throw SottoException.of(Code.STORAGE_DAMAGED, "The store is damaged.", e);
    }
  }

  /// Goes on where an earlier call had a signed link: whether the server has it by now or not, it
  /// is the same one.
  private Optional<Identity> resume(ServerCalls calls, ServerAddress server, String name) {
    Optional<byte[]> offer = core.lane().call(_ -> core.store().settings().bytes(OFFER));
    Optional<byte[]> granted = core.lane().call(_ -> core.store().settings().bytes(GRANTED));
    Optional<byte[]> kept = core.lane().call(_ -> core.store().settings().bytes(KEYS));
    if (offer.isEmpty() || granted.isEmpty() || kept.isEmpty()) {
      return Optional.empty();
    }
    try (DeviceKeys keys = DeviceKeys.parse(kept.get())) {
      Offered offered = LinkMessages.offered(offer.get()).orElseThrow(Joining::malformed);
      Granted was = Granted.parseFrom(granted.get());
      AccountChain chain =
          LinkMessages.granted(offered.chain(), was, keys).orElseThrow(Joining::malformed);
      return send(calls, chain) == Sent.LINKED
          ? Optional.of(finish(server, offered, chain, was, name))
          : Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  private Identity finish(
      ServerAddress server, Offered offered, AccountChain chain, Granted granted, String name) {
    DeviceEntry added = LinkMessages.added(chain).orElseThrow();
    return core.lane()
        .call(_ -> {
          Settings settings = core.store().settings();
          DeviceKeys keys = DeviceKeys.parse(settings.bytes(KEYS).orElseThrow());
          home.found(
              chain.id(),
              keys,
              ProfileKey.of(granted.getProfileKey().toByteArray()),
              granted.getProfileVersion());
          settings.put(ARCHIVE_KEY, granted.getArchiveKey().toByteArray());
          core.store().chains().put(chain);
          names.put(added.device(), name);
          if (chain.links().getLast().body().signer() instanceof Signer.Device(DeviceId signer)) {
            core.store().historyRows().announced(signer.number(), 0);
          }
          forget();
          return home.enter(added.device(), offered.username(), server);
        });
  }
}
