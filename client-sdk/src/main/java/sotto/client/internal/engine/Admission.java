package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import sotto.chain.AccountChain;
import sotto.chain.Change;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.archive.Archives;
import sotto.client.internal.engine.LinkMessages.Joining;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.ProfileRow;
import sotto.crypto.ChainTrust;
import sotto.crypto.LinkCode;
import sotto.crypto.LinkKey;
import sotto.crypto.LinkStep;
import sotto.crypto.LinkTalk;
import sotto.link.v1.Declined;
import sotto.link.v1.Grant;
import sotto.link.v1.Granted;

/// Lets another device into the account: reads the code that it shows, asks the user, and signs its
/// link (protocol A1). Nothing of this is durable here: the link is in the chain once the new
/// device has brought it there, and what follows from that begins when the chain says so.
///
/// Blocks; not on the lane.
final class Admission {
  private static final Duration ANSWER = Duration.ofSeconds(30);
  private static final Duration REPORT = Duration.ofSeconds(60);
  private static final Duration LOOK = Duration.ofSeconds(3);
  private static final int ROUNDS = 8;

  private final Core core;
  private final OwnChain chain;
  private final DeviceNames names;
  private final Archives archives;

  Admission(Core core, OwnChain chain, DeviceNames names, Archives archives) {
    this.core = core;
    this.chain = chain;
    this.names = names;
    this.archives = archives;
  }

  static SottoException tooMany() {
    return SottoException.of(
        Code.TOO_MANY_DEVICES,
        "The account has " + AccountChain.MAX_DEVICES + " devices already, which is the most.");
  }

  /// Admits the device that shows a code.
  ///
  /// @param agree asked with the new device's name
  DeviceId admit(ServerCalls calls, String typed, Predicate<String> agree) {
    try (LinkCode code = read(typed);
        LinkKey reply = LinkKey.generate(core.random())) {
      return admit(calls, new LinkSlots(core, calls, code), code, reply, agree);
    }
  }

  private static LinkCode read(String typed) {
    return switch (LinkCode.read(typed)) {
      case LinkCode.Good(LinkCode code) -> code;
      case LinkCode.WrongLength(int characters) ->
          throw SottoException.invalid(
              "code",
              "A code has "
                  + LinkCode.CHARACTERS
                  + " characters without hyphens; this has "
                  + characters
                  + ".");
      case LinkCode.Mistyped _ ->
          throw SottoException.invalid("code", "The code is mistyped: a character is wrong.");
      case LinkCode.Newer _ ->
          throw SottoException.invalid("code", "The code was made by a newer version of Sotto.");
    };
  }

  private DeviceId admit(
      ServerCalls calls, LinkSlots slots, LinkCode code, LinkKey reply, Predicate<String> agree) {
    AccountChain own = chain.refreshed(calls);
    requireRoom(own);
    if (slots.get(LinkStep.WAITING, 0, System.nanoTime()).isEmpty()) {
      throw SottoException.of(
          Code.LINK_FAILED,
          "No device waits with this code at your server: it has expired, or is of another"
              + " server.");
    }
    long deadline = System.nanoTime() + LinkSlots.LIFE.toNanos();
    LinkTalk talk = new LinkTalk(code);
    byte[] offer =
        LinkMessages.offer(own, core.self().account().username(), reply.publicKey()).toByteArray();
    say(slots, talk, LinkStep.OFFER, 0, code, offer, deadline);
    Joining joining = joining(slots, talk, reply);
    checkKeys(own, joining);
    if (!agree.test(joining.name())) {
      Grant declined = Grant.newBuilder().setDeclined(Declined.getDefaultInstance()).build();
      say(slots, talk, LinkStep.GRANT, 0, code, declined.toByteArray(), deadline);
      throw SottoException.of(Code.LINK_DECLINED, "The device was not added.");
    }
    AccountChain offered = own;
    for (int round = 0; round < ROUNDS; round++) {
      AccountChain signed = signed(own, joining);
      Grant grant = grant(offered, signed);
      say(slots, talk, LinkStep.GRANT, round, code, grant.toByteArray(), deadline);
      Waited waited = await(calls, slots, talk, reply, round, joining);
      own = waited.chain();
      Optional<DeviceId> device = find(own, joining);
      if (device.isPresent()) {
        DeviceId added = device.get();
        core.lane()
            .call(_ -> {
              names.put(added, joining.name());
              return true;
            });
        return added;
      }
      if (!waited.reported()) {
        break;
      }
      requireRoom(own);
    }
    throw SottoException.of(
        Code.LINK_FAILED, "The new device did not finish. Run the command there again.");
  }

  private static void requireRoom(AccountChain own) {
    if (own.devices().size() >= AccountChain.MAX_DEVICES) {
      throw tooMany();
    }
    if (own.nextDevice().isEmpty() || own.links().size() >= AccountChain.MAX_LINKS) {
      throw SottoException.of(
          Code.TOO_MANY_DEVICES, "The account has had so many devices that it can have no more.");
    }
  }

  private static void say(
      LinkSlots slots,
      LinkTalk talk,
      LinkStep step,
      int round,
      LinkCode code,
      byte[] message,
      long deadline) {
    byte[] sealed =
        talk.seal(step, round, code.publicKey(), message)
            .orElseThrow(() -> SottoException.invalid("code", "The code's key is none."));
    if (!slots.put(step, round, sealed, deadline)) {
      throw SottoException.of(
          Code.LINK_FAILED,
          "This code was used already. If it was not by you, do not use the new device.");
    }
  }

  private static Joining joining(LinkSlots slots, LinkTalk talk, LinkKey reply) {
    byte[] sealed =
        slots
            .get(LinkStep.JOIN, 0, System.nanoTime() + ANSWER.toNanos())
            .orElseThrow(() ->
                SottoException.of(Code.LINK_FAILED, "The new device does not answer any more."));
    return talk.open(LinkStep.JOIN, 0, reply, sealed)
        .flatMap(LinkMessages::joining)
        .orElseThrow(Admission::malformed);
  }

  private static SottoException malformed() {
    return SottoException.of(
        Code.LINK_FAILED, "The new device's message is malformed. Nothing was added.");
  }

  private void checkKeys(AccountChain own, Joining joining) {
    if (find(own, joining).isPresent()) {
      throw malformed();
    }
    var _ = signed(own, joining);
  }

  private AccountChain signed(AccountChain own, Joining joining) {
    DeviceEntry entry = joining.entry(own.nextDevice().orElseThrow());
    return chain
        .signed(own, new Change.AddDevice(entry))
        .filter(ChainTrust::holds)
        .orElseThrow(Admission::malformed);
  }

  private Grant grant(AccountChain offered, AccountChain signed) {
    Granted.Builder granted =
        Granted.newBuilder()
            .setLink(ByteString.copyFrom(signed.links().getLast().bytes()))
            .setProfileKey(ByteString.copyFrom(core.self().profileKey().bytes()))
            .setProfileVersion(
                core.lane()
                    .call(_ ->
                        core.store()
                            .profiles()
                            .find(core.self().id())
                            .map(ProfileRow::named)
                            .orElse(0)))
            .setArchiveKey(ByteString.copyFrom(archives.exportKey()));
    signed.links().subList(offered.links().size(), signed.links().size() - 1).stream()
        .map(link -> ByteString.copyFrom(link.bytes()))
        .forEach(granted::addLinks);
    return Grant.newBuilder().setGranted(granted).build();
  }

  /// What there is to know when a round ends.
  ///
  /// @param chain the chain then
  /// @param reported whether the new device has said what became of its link
  private record Waited(AccountChain chain, boolean reported) {}

  /// Waits for the new device's word, or for the chain to have it: it may die before it says so.
  private Waited await(
      ServerCalls calls,
      LinkSlots slots,
      LinkTalk talk,
      LinkKey reply,
      int round,
      Joining joining) {
    long deadline = System.nanoTime() + REPORT.toNanos();
    while (true) {
      long until = Math.min(deadline, System.nanoTime() + LOOK.toNanos());
      boolean reported =
          slots
              .get(LinkStep.REPORT, round, until)
              .flatMap(sealed -> talk.open(LinkStep.REPORT, round, reply, sealed))
              .flatMap(LinkMessages::report)
              .isPresent();
      AccountChain now = chain.refreshed(calls);
      if (reported || find(now, joining).isPresent() || System.nanoTime() - deadline >= 0) {
        return new Waited(now, reported);
      }
    }
  }

  private static Optional<DeviceId> find(AccountChain own, Joining joining) {
    return own.devices().stream()
        .filter(d -> d.identityKey().equals(joining.identityKey()))
        .map(DeviceEntry::device)
        .findFirst();
  }
}
