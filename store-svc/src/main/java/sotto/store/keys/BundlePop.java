package sotto.store.keys;

import com.google.protobuf.ByteString;
import java.sql.SQLException;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.keys.v1.AccountUnknown;
import sotto.keys.v1.Bundle;
import sotto.keys.v1.Bundles;
import sotto.keys.v1.GetBundlesRequest;
import sotto.keys.v1.GetBundlesResponse;
import sotto.store.write.AccountState;
import sotto.store.write.Batch;

/// Takes one one-time key of each kind from each device wanted; the answer is given when that is
/// durable, so no key is handed out twice. Signed and last-resort keys stay.
final class BundlePop {
  private BundlePop() {}

  static GetBundlesResponse pop(Batch batch, GetBundlesRequest request) throws SQLException {
    AccountId account = new AccountId(request.getAccountId().toByteArray());
    Optional<AccountState> state = batch.account(account);
    if (state.isEmpty()) {
      return GetBundlesResponse.newBuilder()
          .setUnknown(AccountUnknown.getDefaultInstance())
          .build();
    }
    Bundles.Builder bundles = Bundles.newBuilder().setChainSequence(state.get().chainSequence());
    for (int device : state.get().devices().keySet()) {
      if (request.getDevicesCount() == 0 || request.getDevicesList().contains(device)) {
        bundle(batch, new DeviceAddress(account, new DeviceId(device)))
            .ifPresent(bundles::addBundles);
      }
    }
    return GetBundlesResponse.newBuilder().setBundles(bundles).build();
  }

  private record Identity(int registrationId, ByteString key) {}

  private static Optional<Bundle> bundle(Batch batch, DeviceAddress device) throws SQLException {
    Optional<Identity> identity =
        batch
            .session()
            .first(
                "SELECT registration_id, identity_key FROM device"
                    + " WHERE account_id = ? AND device_id = ?",
                row -> new Identity(row.getInt(1), ByteString.copyFrom(row.getBytes(2))),
                device.account().bytes(),
                device.device().number());
    Optional<PreKey> signed = PreKeys.first(batch.session(), device, PreKey.Kind.SIGNED);
    Optional<PreKey> lastResort = PreKeys.first(batch.session(), device, PreKey.Kind.LAST_RESORT);
    if (identity.isEmpty() || signed.isEmpty() || lastResort.isEmpty()) {
      return Optional.empty();
    }
    Optional<PreKey> oneTime = take(batch, device, PreKey.Kind.ONE_TIME);
    Optional<PreKey> kyber = take(batch, device, PreKey.Kind.ONE_TIME_KYBER);
    Bundle.Builder bundle =
        Bundle.newBuilder()
            .setDevice(device.device().number())
            .setRegistrationId(identity.get().registrationId)
            .setIdentityKey(identity.get().key)
            .setSignedPreKey(signed.get().toSigned())
            .setKyberPreKey(kyber.orElse(lastResort.get()).toSigned());
    oneTime.ifPresent(key -> bundle.setOneTimePreKey(key.toOneTime()));
    return Optional.of(bundle.build());
  }

  private static Optional<PreKey> take(Batch batch, DeviceAddress device, PreKey.Kind kind)
      throws SQLException {
    Optional<PreKey> key = PreKeys.first(batch.session(), device, kind);
    if (key.isPresent()) {
      PreKeys.take(batch, device, kind, key.get().id(), key.get().digest());
    }
    return key;
  }
}
