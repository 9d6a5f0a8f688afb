package sotto.client.internal.engine;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import sotto.account.v1.DeviceRegistration;
import sotto.client.SottoException;
import sotto.client.internal.net.Faults;
import sotto.client.internal.net.ServerCalls;
import sotto.client.internal.store.PreKeyRows;
import sotto.crypto.DeviceKeys;
import sotto.crypto.PreKeyPolicy;
import sotto.crypto.PreKeys;
import sotto.keys.v1.CountPreKeysResponse;
import sotto.keys.v1.OneTimePreKey;
import sotto.keys.v1.SignedPreKey;
import sotto.keys.v1.UploadPreKeysRequest;

/// Keeps the server supplied with this device's pre-keys (protocol R4). The private halves are
/// durable before the public ones leave.
final class PreKeySupply {
  private static final int MOST_LEAPS = 3;

  private final Core core;

  PreKeySupply(Core core) {
    this.core = core;
  }

  /// The first signed and last-resort keys of a device. On the lane.
  ///
  /// @param keys the device's, before there is an identity
  static SignedPair first(Core core, DeviceKeys keys) {
    return signedPair(core, keys);
  }

  /// A signed EC key and a last-resort Kyber key, made together.
  ///
  /// @param signed the EC key
  /// @param lastResort the Kyber key
  record SignedPair(SignedPreKey signed, SignedPreKey lastResort) {
    /// What the server stores of a device beside its link (protocol L5).
    DeviceRegistration registrationOf(DeviceKeys keys) {
      return DeviceRegistration.newBuilder()
          .setRegistrationId(keys.registrationId())
          .setSignedPreKey(signed)
          .setLastResortKyberPreKey(lastResort)
          .build();
    }
  }

  private static SignedPair signedPair(Core core, DeviceKeys keys) {
    PreKeyRows rows = core.store().preKeys();
    Instant now = core.clock().instant();
    PreKeys.Signed signed = PreKeys.signed(keys, rows.take(PreKeyRows.Ids.SIGNED, 1).sum(), now);
    PreKeys.Signed lastResort =
        PreKeys.lastResortKyber(keys, rows.take(PreKeyRows.Ids.KYBER, 1).sum(), now);
    rows.putSigned(signed, now);
    rows.putLastResort(lastResort, now);
    return new SignedPair(proto(signed), proto(lastResort));
  }

  /// Fills up and rotates what the policy asks for. Blocks; not on the lane.
  void keepUp(ServerCalls calls) {
    CountPreKeysResponse left = calls.countPreKeys();
    upload(
        calls,
        () ->
            make(
                PreKeyPolicy.toMake(left.getOneTimePreKeys()),
                PreKeyPolicy.toMake(left.getOneTimeKyberPreKeys()),
                rotationDue(),
                false));
  }

  /// Replaces all pre-keys, as after a restored store (protocol C1). Blocks; not on the lane.
  void replaceAll(ServerCalls calls) {
    upload(
        calls, () -> make(PreKeyPolicy.ONE_TIME_TARGET, PreKeyPolicy.ONE_TIME_TARGET, true, true));
  }

  /// Uploads what is made. The server takes no second key under an id; where it has one of another
  /// copy of this home, new keys are made under ids somewhere else.
  private void upload(ServerCalls calls, Supplier<Optional<UploadPreKeysRequest>> make) {
    for (int left = MOST_LEAPS; ; left--) {
      Optional<UploadPreKeysRequest> upload = core.lane().call(_ -> make.get());
      try {
        upload.ifPresent(calls::upload);
        return;
      } catch (SottoException e) {
        if (left == 0 || !Faults.isOutOfBounds(e)) {
          throw e;
        }
        core.lane()
            .call(_ -> {
              core.store().preKeys().leap(core.random());
              return true;
            });
      }
    }
  }

  private boolean rotationDue() {
    Instant now = core.clock().instant();
    core.store().preKeys().forgetReplacedBefore(now, PreKeyPolicy.KEEP_REPLACED);
    return core.store()
        .preKeys()
        .signedMadeAt()
        .map(made -> PreKeyPolicy.rotationDue(made, now))
        .orElse(true);
  }

  private Optional<UploadPreKeysRequest> make(int ec, int kyber, boolean rotate, boolean replace) {
    if (ec == 0 && kyber == 0 && !rotate) {
      return Optional.empty();
    }
    PreKeyRows rows = core.store().preKeys();
    DeviceKeys keys = core.self().keys();
    Instant now = core.clock().instant();
    UploadPreKeysRequest.Builder upload = UploadPreKeysRequest.newBuilder().setReplaceAll(replace);
    if (rotate) {
      SignedPair pair = signedPair(core, keys);
      upload.setSignedPreKey(pair.signed()).setLastResortKyberPreKey(pair.lastResort());
    }
    List<PreKeys.OneTime> oneTime = PreKeys.oneTimeEc(rows.take(PreKeyRows.Ids.EC, ec));
    List<PreKeys.Signed> oneTimeKyber =
        PreKeys.oneTimeKyber(keys, rows.take(PreKeyRows.Ids.KYBER, kyber), now);
    rows.putOneTime(oneTime);
    rows.putOneTimeKyber(oneTimeKyber, now);
    oneTime.forEach(key ->
        upload.addOneTimePreKeys(
            OneTimePreKey.newBuilder()
                .setId(key.id())
                .setPublicKey(ByteString.copyFrom(key.publicKey()))));
    oneTimeKyber.forEach(key -> upload.addOneTimeKyberPreKeys(proto(key)));
    return Optional.of(upload.build());
  }

  private static SignedPreKey proto(PreKeys.Signed key) {
    return SignedPreKey.newBuilder()
        .setId(key.id())
        .setPublicKey(ByteString.copyFrom(key.publicKey()))
        .setSignature(ByteString.copyFrom(key.signature()))
        .build();
  }
}
