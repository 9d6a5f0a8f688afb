package sotto.crypto;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.signal.libsignal.protocol.IdentityKeyPair;
import org.signal.libsignal.protocol.ecc.ECKeyPair;
import org.signal.libsignal.protocol.kem.KEMKeyPair;
import org.signal.libsignal.protocol.kem.KEMKeyType;
import org.signal.libsignal.protocol.state.KyberPreKeyRecord;
import org.signal.libsignal.protocol.state.PreKeyRecord;
import org.signal.libsignal.protocol.state.SignedPreKeyRecord;

/// Makes the keys with which others start sessions while this device is away (PQXDH,
/// signal.org/docs/specifications/pqxdh).
///
/// Store the private records before the public halves leave the device, never the other way round.
public final class PreKeys {
  /// The largest id of a pre-key: 24 bits.
  public static final int MAX_ID = 0xff_ffff;

  /// A pre-key that the identity key has signed: an EC key or a Kyber-1024 key.
  ///
  /// @param id names it on its device
  /// @param publicKey 33 bytes (EC) or 1,569 bytes (Kyber)
  /// @param signature 64 bytes, XEdDSA over the public key
  /// @param record the private record, secret, for the [SessionStore]
  @SuppressWarnings("ArrayRecordComponent")
  public record Signed(int id, byte[] publicKey, byte[] signature, byte[] record) {
    @Override
    public String toString() {
      return "Signed[id " + id + ", " + record.length + " bytes]";
    }
  }

  /// A one-time EC pre-key, not signed.
  ///
  /// @param id names it on its device
  /// @param publicKey 33 bytes
  /// @param record the private record, secret, for the [SessionStore]
  @SuppressWarnings("ArrayRecordComponent")
  public record OneTime(int id, byte[] publicKey, byte[] record) {
    @Override
    public String toString() {
      return "OneTime[id " + id + ", " + record.length + " bytes]";
    }
  }

  private PreKeys() {}

  /// A signed EC pre-key.
  ///
  /// @throws IllegalArgumentException if the id is not 0 to 2²⁴ - 1
  public static Signed signed(DeviceKeys keys, int id, Instant now) {
    ECKeyPair pair = ECKeyPair.generate();
    byte[] publicKey = pair.getPublicKey().serialize();
    byte[] signature = keys.identityKeyPair().getPrivateKey().calculateSignature(publicKey);
    byte[] record =
        new SignedPreKeyRecord(checked(id), now.toEpochMilli(), pair, signature).serialize();
    return new Signed(id, publicKey, signature, record);
  }

  /// The Kyber pre-key that is used when no one-time one is left.
  ///
  /// @throws IllegalArgumentException if the id is not 0 to 2²⁴ - 1
  public static Signed lastResortKyber(DeviceKeys keys, int id, Instant now) {
    return kyber(keys.identityKeyPair(), id, now);
  }

  /// One-time Kyber pre-keys with these ids.
  ///
  /// @throws IllegalArgumentException if an id is not 0 to 2²⁴ - 1
  public static List<Signed> oneTimeKyber(DeviceKeys keys, IntStream ids, Instant now) {
    IdentityKeyPair identity = keys.identityKeyPair();
    return ids.mapToObj(id -> kyber(identity, id, now)).toList();
  }

  private static Signed kyber(IdentityKeyPair identity, int id, Instant now) {
    KEMKeyPair pair = KEMKeyPair.generate(KEMKeyType.KYBER_1024);
    byte[] publicKey = pair.getPublicKey().serialize();
    byte[] signature = identity.getPrivateKey().calculateSignature(publicKey);
    byte[] record =
        new KyberPreKeyRecord(checked(id), now.toEpochMilli(), pair, signature).serialize();
    return new Signed(id, publicKey, signature, record);
  }

  /// One-time EC pre-keys with these ids.
  ///
  /// @throws IllegalArgumentException if an id is not 0 to 2²⁴ - 1
  public static List<OneTime> oneTimeEc(IntStream ids) {
    return ids.mapToObj(PreKeys::oneTimeEc).toList();
  }

  private static OneTime oneTimeEc(int id) {
    ECKeyPair pair = ECKeyPair.generate();
    byte[] record = new PreKeyRecord(checked(id), pair).serialize();
    return new OneTime(id, pair.getPublicKey().serialize(), record);
  }

  private static int checked(int id) {
    if (id < 0 || id > MAX_ID) {
      throw new IllegalArgumentException("a pre-key id has 24 bits");
    }
    return id;
  }
}
