package sotto.chain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/// An account as its links tell it: checked from link 0 on, immutable, never empty.
///
/// Guarantees for every instance: each link follows the one before and is signed by a device then
/// in the list or by the recovery key then valid; no number and no key was given twice; one to ten
/// devices are in the list until the account ends. It does **not** promise that the chain is the
/// newest, nor that identity proofs hold (they are opaque here).
public final class AccountChain {
  /// The most devices an account has at a time.
  public static final int MAX_DEVICES = 10;

  /// The most links a chain has, a final deletion not counted.
  public static final int MAX_LINKS = 1024;

  /// The answer to a link that was offered.
  public sealed interface Outcome {}

  /// The link fits.
  ///
  /// @param chain the chain with it
  public record Extended(AccountChain chain) implements Outcome {}

  /// The very same bytes are in the chain already: a repeated success.
  ///
  /// @param chain the chain as it was
  public record AlreadyThere(AccountChain chain) implements Outcome {}

  /// The link does not fit.
  ///
  /// @param reason why
  public record Refused(Refusal reason) implements Outcome {}

  private final AccountId id;
  private final List<Link> links;
  private final SortedMap<DeviceId, DeviceEntry> devices;
  private final Set<DeviceId> numbersUsed;
  private final Set<Bytes> keysUsed;
  private final Ed25519PublicKey recoveryKey;
  private final boolean ended;

  private AccountChain(
      AccountId id,
      List<Link> links,
      SortedMap<DeviceId, DeviceEntry> devices,
      Set<DeviceId> numbersUsed,
      Set<Bytes> keysUsed,
      Ed25519PublicKey recoveryKey,
      boolean ended) {
    this.id = id;
    this.links = List.copyOf(links);
    this.devices = devices;
    this.numbersUsed = numbersUsed;
    this.keysUsed = keysUsed;
    this.recoveryKey = recoveryKey;
    this.ended = ended;
  }

  /// Reads and checks link 0.
  ///
  /// @return [Extended] or [Refused]
  public static Outcome found(byte[] link0) {
    return switch (Link.parse(link0)) {
      case Link.Malformed _ -> new Refused(Refusal.MALFORMED);
      case Link.Read(Link link) -> found(link);
    };
  }

  /// Checks link 0.
  ///
  /// @return [Extended] or [Refused]
  public static Outcome found(Link link) {
    if (!(link.body().change() instanceof Change.Found(DeviceEntry device, var recoveryKey))) {
      return new Refused(Refusal.NOT_A_FOUNDING);
    }
    if (keys(device, recoveryKey).size() < 3) {
      return new Refused(Refusal.KEY_USED);
    }
    if (!signed(link, device.authKey(), recoveryKey)) {
      return new Refused(Refusal.BAD_SIGNATURE);
    }
    SortedMap<DeviceId, DeviceEntry> devices = new TreeMap<>();
    devices.put(device.device(), device);
    AccountId id = new AccountId(Arrays.copyOf(link.hash().bytes(), AccountId.LENGTH));
    return new Extended(
        new AccountChain(
            id,
            List.of(link),
            devices,
            Set.of(device.device()),
            keys(device, recoveryKey),
            recoveryKey,
            false));
  }

  /// Reads and checks a whole chain, link 0 first.
  ///
  /// @return [Extended] with all of them, or the first refusal; an empty list is
  ///   [Refusal#NOT_A_FOUNDING], a link that stands there twice [Refusal#SEQUENCE_TAKEN]
  public static Outcome of(List<byte[]> links) {
    if (links.isEmpty()) {
      return new Refused(Refusal.NOT_A_FOUNDING);
    }
    Outcome outcome = found(links.getFirst());
    for (byte[] link : links.subList(1, links.size())) {
      switch (outcome) {
        case Extended(AccountChain chain) -> outcome = chain.append(link);
        case AlreadyThere _ -> {
          return new Refused(Refusal.SEQUENCE_TAKEN);
        }
        case Refused _ -> {
          return outcome;
        }
      }
    }
    return outcome instanceof AlreadyThere ? new Refused(Refusal.SEQUENCE_TAKEN) : outcome;
  }

  /// Reads a link and checks that it follows this chain's head.
  public Outcome append(byte[] link) {
    return switch (Link.parse(link)) {
      case Link.Malformed _ -> new Refused(Refusal.MALFORMED);
      case Link.Read(Link read) -> append(read);
    };
  }

  /// Checks that a link follows this chain's head.
  public Outcome append(Link link) {
    LinkBody body = link.body();
    if (body.sequence() < links.size()) {
      return links.get((int) body.sequence()).equals(link)
          ? new AlreadyThere(this)
          : new Refused(body.sequence() == 0 ? Refusal.NOT_A_FOUNDING : Refusal.SEQUENCE_TAKEN);
    }
    return refusal(link).<Outcome>map(Refused::new).orElseGet(() -> new Extended(with(link)));
  }

  private Optional<Refusal> refusal(Link link) {
    LinkBody body = link.body();
    if (ended) {
      return Optional.of(Refusal.ENDED);
    }
    if (body.sequence() > links.size()) {
      return Optional.of(Refusal.SEQUENCE_AHEAD);
    }
    if (!body.previous().equals(headHash())) {
      return Optional.of(Refusal.WRONG_PREVIOUS);
    }
    if (links.size() >= MAX_LINKS && !(body.change() instanceof Change.DeleteAccount)) {
      return Optional.of(Refusal.TOO_LONG);
    }
    Optional<Ed25519PublicKey> signer =
        switch (body.signer()) {
          case Signer.Device(DeviceId device) -> device(device).map(DeviceEntry::authKey);
          case Signer.RecoveryKey _ -> Optional.of(recoveryKey);
        };
    if (signer.isEmpty()) {
      return Optional.of(Refusal.UNKNOWN_SIGNER);
    }
    if (!signed(link, signer.get(), recoveryKey)) {
      return Optional.of(Refusal.BAD_SIGNATURE);
    }
    return switch (body.change()) {
      case Change.Found _ -> Optional.of(Refusal.NOT_A_FOUNDING);
      case Change.AddDevice(DeviceEntry device) -> addRefusal(device);
      case Change.RemoveDevice(DeviceId device) -> removeRefusal(device);
      case Change.ReplaceRecoveryKey(Ed25519PublicKey key) ->
          keysUsed.contains(key.value()) ? Optional.of(Refusal.KEY_USED) : Optional.empty();
      case Change.DeleteAccount _ -> Optional.empty();
    };
  }

  private Optional<Refusal> addRefusal(DeviceEntry device) {
    if (numbersUsed.contains(device.device())) {
      return Optional.of(Refusal.DEVICE_NUMBER_USED);
    }
    if (keysUsed.contains(device.identityKey()) || keysUsed.contains(device.authKey().value())) {
      return Optional.of(Refusal.KEY_USED);
    }
    return devices.size() >= MAX_DEVICES ? Optional.of(Refusal.TOO_MANY_DEVICES) : Optional.empty();
  }

  private Optional<Refusal> removeRefusal(DeviceId device) {
    if (!devices.containsKey(device)) {
      return Optional.of(Refusal.UNKNOWN_DEVICE);
    }
    return devices.size() == 1 ? Optional.of(Refusal.LAST_DEVICE) : Optional.empty();
  }

  private AccountChain with(Link link) {
    List<Link> longer = new ArrayList<>(links);
    longer.add(link);
    SortedMap<DeviceId, DeviceEntry> nextDevices = new TreeMap<>(devices);
    Set<DeviceId> nextNumbers = new HashSet<>(numbersUsed);
    Set<Bytes> nextKeys = new HashSet<>(keysUsed);
    Ed25519PublicKey nextRecoveryKey = recoveryKey;
    boolean nextEnded = false;
    switch (link.body().change()) {
      case Change.Found _ -> throw new IllegalStateException("founded twice");
      case Change.AddDevice(DeviceEntry device) -> {
        nextDevices.put(device.device(), device);
        nextNumbers.add(device.device());
        nextKeys.add(device.identityKey());
        nextKeys.add(device.authKey().value());
      }
      case Change.RemoveDevice(DeviceId device) -> nextDevices.remove(device);
      case Change.ReplaceRecoveryKey(Ed25519PublicKey key) -> {
        nextRecoveryKey = key;
        nextKeys.add(key.value());
      }
      case Change.DeleteAccount _ -> {
        nextDevices.clear();
        nextEnded = true;
      }
    }
    return new AccountChain(
        id, longer, nextDevices, nextNumbers, nextKeys, nextRecoveryKey, nextEnded);
  }

  private static Set<Bytes> keys(DeviceEntry device, Ed25519PublicKey recoveryKey) {
    return new HashSet<>(
        List.of(device.identityKey(), device.authKey().value(), recoveryKey.value()));
  }

  private static boolean signed(Link link, Ed25519PublicKey signer, Ed25519PublicKey recoveryKey) {
    byte[] message = link.body().signedBytes();
    List<Bytes> signatures = link.signatures();
    return signer.verifies(message, signatures.getFirst().toArray())
        && (signatures.size() == 1
            || recoveryKey.verifies(message, signatures.getLast().toArray()));
  }

  /// How this chain stands to another.
  public ChainOrder compareWith(AccountChain other) {
    if (!id.equals(other.id)) {
      return ChainOrder.OTHER_ACCOUNT;
    }
    // Each link names the hash of the one before: the last common link stands for all before it.
    int common = Math.min(links.size(), other.links.size());
    if (!links.get(common - 1).equals(other.links.get(common - 1))) {
      return ChainOrder.FORKS;
    }
    int longer = Integer.compare(links.size(), other.links.size());
    return longer == 0 ? ChainOrder.EQUAL : longer > 0 ? ChainOrder.EXTENDS : ChainOrder.OLDER;
  }

  /// Whether the chain has a link with this hash at this sequence: is someone else's head part of
  /// it?
  public boolean contains(long sequence, LinkHash hash) {
    return sequence >= 0
        && sequence < links.size()
        && links.get((int) sequence).hash().equals(hash);
  }

  /// The account.
  public AccountId id() {
    return id;
  }

  /// All links, link 0 first; at most [#MAX_LINKS] and one.
  public List<Link> links() {
    return links;
  }

  /// The sequence of the last link.
  public long sequence() {
    return links.size() - 1L;
  }

  /// The hash of the last link.
  public LinkHash headHash() {
    return links.getLast().hash();
  }

  /// The devices in the list, by number; none once the account has ended.
  public List<DeviceEntry> devices() {
    return List.copyOf(devices.values());
  }

  /// The device if it is in the list.
  public Optional<DeviceEntry> device(DeviceId device) {
    return Optional.ofNullable(devices.get(device));
  }

  /// A device that was in the list and is no longer.
  ///
  /// @param entry as it was listed
  /// @param removedAtMillis when the link that took it out was signed, by the signer's clock,
  ///   milliseconds since 1970
  public record Former(DeviceEntry entry, long removedAtMillis) {}

  /// The device if it was in the list and is no longer; looks through the links.
  public Optional<Former> former(DeviceId device) {
    if (devices.containsKey(device)) {
      return Optional.empty();
    }
    Optional<DeviceEntry> entry = Optional.empty();
    for (Link link : links) {
      switch (link.body().change()) {
        case Change.Found(DeviceEntry d, var _) when d.device().equals(device) ->
            entry = Optional.of(d);
        case Change.AddDevice(DeviceEntry d) when d.device().equals(device) ->
            entry = Optional.of(d);
        case Change.RemoveDevice(DeviceId gone) when gone.equals(device) -> {
          return former(entry, link);
        }
        case Change.DeleteAccount _ -> {
          return former(entry, link);
        }
        default -> {}
      }
    }
    return Optional.empty();
  }

  private static Optional<Former> former(Optional<DeviceEntry> entry, Link removal) {
    return entry.map(e -> new Former(e, removal.body().createdAtMillis()));
  }

  /// The device that link 0 names, in the list or not: safety numbers are over its identity key.
  public DeviceEntry foundingDevice() {
    return switch (links.getFirst().body().change()) {
      case Change.Found(DeviceEntry device, var _) -> device;
      default -> throw new IllegalStateException("link 0 founds");
    };
  }

  /// The number for the next device: the highest ever given and one, or empty when 127 was given.
  public Optional<DeviceId> nextDevice() {
    int highest = numbersUsed.stream().mapToInt(DeviceId::number).max().orElse(0);
    return DeviceId.valid(highest + 1) ? Optional.of(new DeviceId(highest + 1)) : Optional.empty();
  }

  /// The recovery key now valid.
  public Ed25519PublicKey recoveryKey() {
    return recoveryKey;
  }

  /// Whether the account was deleted.
  public boolean ended() {
    return ended;
  }

  /// Names account and length only.
  @Override
  public String toString() {
    return "AccountChain[" + id + " sequence " + sequence() + (ended ? " ended]" : "]");
  }
}
