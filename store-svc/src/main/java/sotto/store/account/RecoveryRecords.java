package sotto.store.account;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import sotto.account.v1.RecoveryConflict;
import sotto.account.v1.RecoveryKeyRefused;
import sotto.account.v1.RecoverySet;
import sotto.account.v1.SetRecoveryRequest;
import sotto.account.v1.SetRecoveryResponse;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.Ed25519PublicKey;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.sql.Session;
import sotto.store.write.Batch;
import sotto.store.write.Call;
import sotto.store.write.Writers;

/// What accounts are restored from. A record that is removed leaves its version, so that a late
/// request for an older one finds out.
final class RecoveryRecords {
  private static final long ROW = 256;
  private static final byte[] REMOVED = {};

  private final Writers writers;

  RecoveryRecords(Writers writers) {
    this.writers = writers;
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by hand
  private record Stored(long version, byte[] key, byte[] manifest) {}

  /// Sets or removes the record of a device's account.
  ///
  /// @throws io.grpc.StatusRuntimeException DEVICE_REMOVED if its account does not list the device
  SetRecoveryResponse set(DeviceAddress device, SetRecoveryRequest request) {
    byte[] key = REMOVED;
    byte[] manifest = REMOVED;
    if (request.hasRecord()) {
      key = request.getRecord().getAuthenticationKey().toByteArray();
      manifest = request.getRecord().getManifest().toByteArray();
      if (Ed25519PublicKey.parse(key).isEmpty()) {
        return SetRecoveryResponse.newBuilder()
            .setKeyRefused(RecoveryKeyRefused.getDefaultInstance())
            .build();
      }
    }
    long expected = request.getExpectedVersion();
    Stored wanted = new Stored(expected + 1, key, manifest);
    AccountId account = device.account();
    Call.Work<Optional<SetRecoveryResponse>> work = batch -> write(batch, device, expected, wanted);
    return writers
        .commit(account.bucket(), ROW + manifest.length, work)
        .orElseThrow(
            () -> Statuses.of(Reason.DEVICE_REMOVED, "the device is not in its account's list"));
  }

  /// Empty when there is no such device: a token outlives its device by minutes.
  private static Optional<SetRecoveryResponse> write(
      Batch batch, DeviceAddress device, long expected, Stored wanted) throws SQLException {
    AccountId account = device.account();
    if (batch.device(account, device.device().number()).isEmpty()) {
      return Optional.empty();
    }
    Session session = batch.session();
    Optional<Stored> there =
        session.first(
            "SELECT version, auth_key, manifest FROM recovery WHERE account_id = ?",
            row -> new Stored(row.getLong(1), row.getBytes(2), row.getBytes(3)),
            account.bytes());
    long version = there.map(Stored::version).orElse(0L);
    if (there.filter(stored -> same(stored, wanted)).isPresent()) {
      return Optional.of(isSet(version));
    }
    if (version != expected || expected == Long.MAX_VALUE) {
      return Optional.of(
          SetRecoveryResponse.newBuilder()
              .setConflict(RecoveryConflict.newBuilder().setVersion(version))
              .build());
    }
    if (there.isPresent()) {
      session.update(
          "UPDATE recovery SET version = ?, auth_key = ?, manifest = ? WHERE account_id = ?",
          wanted.version,
          wanted.key,
          wanted.manifest,
          account.bytes());
    } else {
      session.update(
          "INSERT INTO recovery (account_id, version, auth_key, manifest) VALUES (?, ?, ?, ?)",
          account.bytes(),
          wanted.version,
          wanted.key,
          wanted.manifest);
    }
    return Optional.of(isSet(wanted.version));
  }

  private static boolean same(Stored stored, Stored wanted) {
    return stored.version == wanted.version
        && Arrays.equals(stored.key, wanted.key)
        && Arrays.equals(stored.manifest, wanted.manifest);
  }

  private static SetRecoveryResponse isSet(long version) {
    return SetRecoveryResponse.newBuilder()
        .setSet(RecoverySet.newBuilder().setVersion(version))
        .build();
  }

  /// Forgets all about an account that ends.
  static void forget(Session session, AccountId account) throws SQLException {
    session.update("DELETE FROM recovery WHERE account_id = ?", account.bytes());
  }
}
