package sotto.client.internal.engine;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import sotto.account.v1.AddDeviceResponse;
import sotto.account.v1.DeviceRegistration;
import sotto.archive.v1.BackupIndex;
import sotto.chain.AccountChain;
import sotto.chain.Bytes;
import sotto.chain.Change;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.LinkBody;
import sotto.chain.Signer;
import sotto.client.BackupProgress;
import sotto.client.ServerAddress;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.backup.Importer;
import sotto.client.internal.backup.Opened;
import sotto.client.internal.backup.RecoveryRecords;
import sotto.client.internal.backup.RecoverySecrets;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.Settings;
import sotto.crypto.ChainTrust;
import sotto.crypto.DeviceKeys;
import sotto.crypto.ProfileKey;
import sotto.crypto.RecoveryCode;

/// Makes this home a new device of an account whose devices may all be lost, and puts its backup
/// there. The new device's keys are durable before the server hears of them, and its link is signed
/// by the recovery key (protocol A1). Cut off anywhere, it is repeated with the same backup.
///
/// Blocks; not on the lane.
final class Restoring {
  private static final String KEYS = "restore_device_keys";
  private static final String DEVICE = "restore_device_registration";
  private static final String UNFINISHED = "restore_unfinished";
  private static final int TRIES = 8;

  private final Core core;
  private final HomeAccount home;
  private final RecoveryRecords records;
  private final Importer importer;
  private final GroupSync groups;

  /// @param groups fetches the groups that the backup names
  Restoring(
      Core core, HomeAccount home, RecoveryRecords records, Importer importer, GroupSync groups) {
    this.groups = groups;
    this.core = core;
    this.home = home;
    this.records = records;
    this.importer = importer;
  }

  /// Whether this home became a device, and its backup is not all here. On the lane.
  boolean unfinished() {
    return core.store().settings().number(UNFINISHED).isPresent();
  }

  /// Becomes a device of the account; does nothing where it is one already and the backup alone is
  /// not finished.
  ///
  /// @param code the recovery code that opened it; empty = a passphrase did, and the account gets
  ///   another code
  /// @param newest asks the server for the account's chain once more
  /// @param version of the recovery record, if it was read
  /// @return whether it became one now
  boolean enter(
      ServerCalls calls,
      ServerAddress server,
      Opened backup,
      Optional<RecoveryCode> code,
      Supplier<AccountChain> newest,
      Optional<Long> version) {
    if (core.identity().isPresent()) {
      if (core.self().id().equals(backup.chain().id()) && core.lane().call(_ -> unfinished())) {
        return false;
      }
      throw SottoException.of(
          Code.ALREADY_REGISTERED,
          "This home has the account '" + core.self().account().username() + "' already.");
    }
    if (core.lane().call(_ -> Registration.begun(core))) {
      throw SottoException.of(
          Code.ALREADY_REGISTERED, "A registration was begun in this home and is not finished.");
    }
    core.clock().learn(calls.serverInfo().getServerTimeMs());
    try (DeviceKeys keys = core.lane().call(_ -> keys())) {
      AccountChain chain = added(calls, backup, keys, newest);
      DeviceId device = find(chain, keys).orElseThrow();
      Identity identity =
          core.lane().call(_ -> enter(server, backup, code, chain, device, version));
      core.setIdentity(identity);
      return true;
    }
  }

  private DeviceKeys keys() {
    Settings settings = core.store().settings();
    Optional<byte[]> kept = settings.bytes(KEYS);
    if (kept.isPresent()) {
      return DeviceKeys.parse(kept.get());
    }
    DeviceKeys keys = DeviceKeys.generate(core.random());
    settings.put(KEYS, keys.serialize());
    settings.put(DEVICE, PreKeySupply.first(core, keys).registrationOf(keys).toByteArray());
    return keys;
  }

  /// The chain with this device. Whoever is faster with another link wins, and this is signed anew
  /// behind theirs.
  private AccountChain added(
      ServerCalls calls, Opened backup, DeviceKeys keys, Supplier<AccountChain> newest) {
    AccountChain chain = backup.chain();
    for (int i = 0; i < TRIES; i++) {
      if (!ChainTrust.holds(chain)) {
        throw SottoException.of(Code.REFUSED, "The account's list of devices is forged.");
      }
      if (find(chain, keys).isPresent()) {
        return chain;
      }
      AccountChain longer = signed(chain, backup, keys);
      AddDeviceResponse answer =
          calls.addDevice(
              chain.id(), longer.links().getLast().bytes(), core.lane().call(_ -> registration()));
      if (answer.hasAppended()) {
        return longer;
      }
      chain =
          switch (answer.getLinkRefused().getReason()) {
            case "SEQUENCE_TAKEN",
                "SEQUENCE_AHEAD",
                "WRONG_PREVIOUS",
                "UNKNOWN_SIGNER",
                "BAD_SIGNATURE" ->
                newest.get();
            case "TOO_MANY_DEVICES" -> throw Admission.tooMany();
            default ->
                throw SottoException.of(
                    Code.REFUSED, "The server does not take this device into the account.");
          };
    }
    throw SottoException.of(
        Code.SERVER_UNREACHABLE, "The account's devices change all the time; try again.");
  }

  private AccountChain signed(AccountChain chain, Opened backup, DeviceKeys keys) {
    if (chain.devices().size() >= AccountChain.MAX_DEVICES) {
      throw Admission.tooMany();
    }
    DeviceId number =
        chain
            .nextDevice()
            .orElseThrow(() ->
                SottoException.of(
                    Code.REFUSED, "The account has had so many devices that it can have no more."));
    LinkBody body =
        LinkBody.next(
            chain,
            new Signer.RecoveryKey(),
            new Change.AddDevice(keys.joiningEntry(chain.id(), number)),
            core.clock().millis());
    return switch (chain.append(body.sign(backup.recoveryKey().signer()))) {
      case AccountChain.Extended(AccountChain longer) -> longer;
      case AccountChain.AlreadyThere _, AccountChain.Refused _ ->
          throw SottoException.of(
              Code.REFUSED,
              "The account has another recovery key than when this backup was made: a newer backup"
                  + " is needed.");
    };
  }

  private DeviceRegistration registration() {
    try {
      return DeviceRegistration.parseFrom(core.store().settings().bytes(DEVICE).orElseThrow());
    } catch (InvalidProtocolBufferException e) {
      throw SottoException.of(Code.STORAGE_DAMAGED, "The store is damaged.", e);
    }
  }

  private static Optional<DeviceId> find(AccountChain chain, DeviceKeys keys) {
    Bytes identity = Bytes.of(keys.identityPublicKey());
    return chain.devices().stream()
        .filter(d -> d.identityKey().equals(identity))
        .map(DeviceEntry::device)
        .findFirst();
  }

  private Identity enter(
      ServerAddress server,
      Opened backup,
      Optional<RecoveryCode> code,
      AccountChain chain,
      DeviceId device,
      Optional<Long> version) {
    Settings settings = core.store().settings();
    Optional<BackupIndex> profile =
        backup.index().filter(index -> index.getProfileKey().size() == ProfileKey.LENGTH);
    ProfileKey key =
        profile
            .map(index -> ProfileKey.of(index.getProfileKey().toByteArray()))
            .orElseGet(() -> ProfileKey.generate(core.random()));
    home.found(
        chain.id(),
        DeviceKeys.parse(settings.bytes(KEYS).orElseThrow()),
        key,
        profile.isEmpty() ? 0 : Math.max(0, profile.get().getProfileVersion()));
    core.store().chains().put(chain);
    RecoverySecrets secrets = new RecoverySecrets(settings);
    if (code.isPresent()) {
      secrets.put(backup.recoveryKey(), code.get(), true);
    } else {
      try (RecoveryCode fresh = RecoveryCode.generate(core.random())) {
        secrets.put(backup.recoveryKey(), fresh, false);
      }
    }
    records.restored(version);
    settings.put(UNFINISHED, 1L);
    settings.remove(KEYS);
    settings.remove(DEVICE);
    return home.enter(device, backup.username(), server);
  }

  /// Puts the backup there. The account's connection may be used meanwhile.
  Importer.Imported fill(Opened backup, Consumer<BackupProgress> progress) {
    Importer.Imported imported = importer.run(backup, progress);
    core.lane()
        .call(tx -> {
          core.store().settings().remove(UNFINISHED);
          tx.afterCommit(core.events()::stored);
          return true;
        });
    groups.connected();
    return imported;
  }
}
