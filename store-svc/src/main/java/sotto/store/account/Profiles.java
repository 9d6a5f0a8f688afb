package sotto.store.account;

import com.google.protobuf.ByteString;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.Optional;
import sotto.account.v1.GetProfileRequest;
import sotto.account.v1.GetProfileResponse;
import sotto.account.v1.ProfileConflict;
import sotto.account.v1.ProfileFound;
import sotto.account.v1.ProfileNotFound;
import sotto.account.v1.ProfileSet;
import sotto.account.v1.SetProfileRequest;
import sotto.account.v1.SetProfileResponse;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.store.sql.Readers;
import sotto.store.sql.Session;
import sotto.store.write.Batch;
import sotto.store.write.Writers;

/// What accounts call themselves: opaque, and read by whoever has the access key of which the
/// account has given the hash.
///
/// Whoever has no key learns nothing by asking: an account that is not there, one without a profile
/// and a wrong key have one answer after the same read and the same comparison.
final class Profiles {
  private static final long ROW = 256;
  private static final Bytes NOBODYS_HASH = Bytes.of(new byte[32]);
  private static final GetProfileResponse NOT_FOUND =
      GetProfileResponse.newBuilder().setNotFound(ProfileNotFound.getDefaultInstance()).build();

  private final Writers writers;
  private final Readers readers;

  Profiles(Writers writers, Readers readers) {
    this.writers = writers;
    this.readers = readers;
  }

  private record Stored(int version, Bytes hash, Bytes sealed) {}

  private static final String FIND =
      "SELECT version, access_key_hash, sealed FROM profile WHERE account_id = ?";

  private static Optional<Stored> find(Session session, byte[] account) throws SQLException {
    return session.first(
        FIND,
        row -> new Stored(row.getInt(1), Bytes.of(row.getBytes(2)), Bytes.of(row.getBytes(3))),
        account);
  }

  /// Sets the profile of a device's account.
  ///
  /// @throws io.grpc.StatusRuntimeException DEVICE_REMOVED if its account does not list the device
  SetProfileResponse set(DeviceAddress device, SetProfileRequest request) {
    Stored wanted =
        new Stored(
            request.getVersion(),
            Bytes.of(request.getAccessKeyHash().toByteArray()),
            Bytes.of(request.getProfile().toByteArray()));
    return writers
        .<Optional<SetProfileResponse>>commit(
            device.account().bucket(),
            ROW + wanted.sealed.length(),
            batch -> write(batch, device, wanted))
        .orElseThrow(
            () -> Statuses.of(Reason.DEVICE_REMOVED, "the device is not in its account's list"));
  }

  /// Empty when there is no such device: a token outlives its device by minutes.
  private static Optional<SetProfileResponse> write(
      Batch batch, DeviceAddress device, Stored wanted) throws SQLException {
    AccountId account = device.account();
    if (batch.device(account, device.device().number()).isEmpty()) {
      return Optional.empty();
    }
    Session session = batch.session();
    Optional<Stored> there = find(session, account.bytes());
    int version = there.map(Stored::version).orElse(0);
    if (there.isEmpty()) {
      session.update(
          "INSERT INTO profile (account_id, version, access_key_hash, sealed) VALUES (?, ?, ?, ?)",
          account.bytes(),
          wanted.version,
          wanted.hash.toArray(),
          wanted.sealed.toArray());
    } else if (version < wanted.version) {
      session.update(
          "UPDATE profile SET version = ?, access_key_hash = ?, sealed = ? WHERE account_id = ?",
          wanted.version,
          wanted.hash.toArray(),
          wanted.sealed.toArray(),
          account.bytes());
    } else if (!there.get().equals(wanted)) {
      return Optional.of(
          SetProfileResponse.newBuilder()
              .setConflict(ProfileConflict.newBuilder().setVersion(version))
              .build());
    }
    batch.accessKeyIs(account, wanted.hash);
    return Optional.of(
        SetProfileResponse.newBuilder().setSet(ProfileSet.getDefaultInstance()).build());
  }

  /// A profile, for one of its access key.
  GetProfileResponse get(GetProfileRequest request) {
    byte[] wanted = sha256(request.getAccessKey());
    Optional<Stored> there =
        readers.ask(session -> find(session, request.getAccountId().toByteArray()));
    byte[] hash = there.map(Stored::hash).orElse(NOBODYS_HASH).toArray();
    return MessageDigest.isEqual(hash, wanted)
        ? there.map(Profiles::found).orElse(NOT_FOUND)
        : NOT_FOUND;
  }

  private static GetProfileResponse found(Stored profile) {
    return GetProfileResponse.newBuilder()
        .setFound(
            ProfileFound.newBuilder()
                .setVersion(profile.version)
                .setProfile(ByteString.copyFrom(profile.sealed.toArray())))
        .build();
  }

  private static byte[] sha256(ByteString key) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(key.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /// Forgets all about an account that ends.
  static void forget(Session session, AccountId account) throws SQLException {
    session.update("DELETE FROM profile WHERE account_id = ?", account.bytes());
  }
}
