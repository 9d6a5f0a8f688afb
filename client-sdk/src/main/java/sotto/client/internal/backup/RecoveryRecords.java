package sotto.client.internal.backup;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import sotto.account.v1.RecoveryRecord;
import sotto.account.v1.SetRecoveryRequest;
import sotto.account.v1.SetRecoveryResponse;
import sotto.archive.v1.BackupManifest;
import sotto.archive.v1.PieceRef;
import sotto.chain.AccountId;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.Lane;
import sotto.client.internal.store.Settings;
import sotto.client.internal.store.Store;
import sotto.crypto.BackupKey;

/// Keeps the account's recovery record at the server (protocol C2). What is to be set is durable
/// before the server hears of it, so that after a lost answer the very same is set once more.
/// Blocks; not on the lane.
public final class RecoveryRecords {
  private static final String VERSION = "recovery_version";
  private static final String PENDING = "recovery_pending";
  private static final String TAKE_OVER = "recovery_take_over";
  private static final int FORMAT = 1;

  private final Lane lane;
  private final Store store;
  private final SecureRandom random;
  private final RecoverySecrets secrets;

  /// Those of a home.
  public RecoveryRecords(Lane lane, Store store, SecureRandom random) {
    this.lane = lane;
    this.store = store;
    this.random = random;
    this.secrets = new RecoverySecrets(store.settings());
  }

  /// Sets a first record, so that the account can be restored before it has a backup; does nothing
  /// where there is one, or where the home has no recovery key.
  public void setFirst(ServerCalls calls) {
    finish(calls);
    boolean wanted =
        lane.call(_ -> secrets.complete() && store.settings().number(VERSION).isEmpty());
    if (wanted) {
      set(calls, Optional.empty());
    }
  }

  /// Sets what was to be set when the last answer was lost.
  void finish(ServerCalls calls) {
    Optional<byte[]> pending = lane.call(_ -> store.settings().bytes(PENDING));
    if (pending.isPresent() && send(calls, pending.get()).isPresent()) {
      forgetPending();
    }
  }

  /// Has the record name an index.
  ///
  /// @throws SottoException REFUSED if another device of the account has set one meanwhile
  void set(ServerCalls calls, Optional<PieceRef> index) {
    Optional<Long> there = send(calls, pending(index));
    boolean again = there.isPresent() && lane.call(_ -> takesOver(there.get()));
    if (again ? send(calls, pending(index)).isPresent() : there.isPresent()) {
      forgetPending();
      throw SottoException.of(
          Code.REFUSED, "Another device of this account keeps its backup: make it there.");
    }
  }

  private byte[] pending(Optional<PieceRef> index) {
    return lane.call(_ -> {
      byte[] made = request(index).toByteArray();
      store.settings().put(PENDING, made);
      return made;
    });
  }

  private boolean takesOver(long version) {
    boolean takesOver = store.settings().number(TAKE_OVER).isPresent();
    if (takesOver) {
      store.settings().put(VERSION, version);
      store.settings().remove(TAKE_OVER);
    }
    return takesOver;
  }

  /// This home has restored the account and keeps its backup from now on. On the lane.
  ///
  /// @param version of the record, by the server; empty = it was not read, and whichever there is
  ///   is replaced
  public void restored(Optional<Long> version) {
    version.ifPresentOrElse(
        v -> store.settings().put(VERSION, v), () -> store.settings().put(TAKE_OVER, 1L));
  }

  private SetRecoveryRequest request(Optional<PieceRef> index) {
    Settings settings = store.settings();
    AccountId account = new AccountId(settings.bytes("account_id").orElseThrow());
    byte[] secret = secrets.recoverySecret();
    BackupManifest.Builder manifest =
        BackupManifest.newBuilder()
            .setVersion(FORMAT)
            .setAccountId(ByteString.copyFrom(account.bytes()))
            .setUsername(settings.text("username").orElseThrow())
            .setRecoverySecret(ByteString.copyFrom(secret));
    Arrays.fill(secret, (byte) 0);
    index.ifPresent(manifest::setIndex);
    try (BackupKey key = secrets.backupKey()) {
      return SetRecoveryRequest.newBuilder()
          .setExpectedVersion(settings.number(VERSION).orElse(0L))
          .setRecord(
              RecoveryRecord.newBuilder()
                  .setAuthenticationKey(ByteString.copyFrom(secrets.authenticationKey()))
                  .setManifest(
                      ByteString.copyFrom(
                          key.seal(account, manifest.build().toByteArray(), random))))
          .build();
    }
  }

  /// @return the version that is there instead; empty = it is set
  private Optional<Long> send(ServerCalls calls, byte[] request) {
    SetRecoveryResponse answer = calls.setRecovery(parse(request));
    return switch (answer.getOutcomeCase()) {
      case SET ->
          lane.call(_ -> {
            store.settings().put(VERSION, answer.getSet().getVersion());
            store.settings().remove(PENDING);
            store.settings().remove(TAKE_OVER);
            return Optional.empty();
          });
      case CONFLICT -> Optional.of(answer.getConflict().getVersion());
      case KEY_REFUSED, OUTCOME_NOT_SET -> {
        forgetPending();
        throw SottoException.of(Code.REFUSED, "The server does not take the recovery record.");
      }
    };
  }

  private void forgetPending() {
    lane.call(_ -> {
      store.settings().remove(PENDING);
      return true;
    });
  }

  private static SetRecoveryRequest parse(byte[] request) {
    try {
      return SetRecoveryRequest.parseFrom(request);
    } catch (InvalidProtocolBufferException e) {
      throw SottoException.of(Code.STORAGE_DAMAGED, "The store is damaged.", e);
    }
  }
}
