package sotto.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import sotto.chain.AccountId;

/// The secret under which an account keeps what it calls itself; its accepted contacts have it,
/// inside contents. What lets them see its presence follows from it.
///
/// ```
/// access key = HKDF-SHA-256(ikm = profile key 32, no salt, info = "sotto/profile/access/1", 16 bytes)
/// seal key   = HKDF-SHA-256(ikm = profile key 32, no salt, info = "sotto/profile/seal/1", 32 bytes)
/// sealed     = AES-256-GCM(seal key, random nonce, padded profile, associated = "sotto/profile/1" ‖ account id 16 ‖ version 4)
/// ```
///
/// HKDF is RFC 5869; without a salt, as section 3.1 allows where the input is a uniformly random
/// key. Numbers are big endian. Padding is [Padding]'s.
public final class ProfileKey {
  /// The size in bytes.
  public static final int LENGTH = 32;

  /// The largest profile in bytes.
  public static final int MAX_PROFILE = 1023;

  private static final byte[] ACCESS = "sotto/profile/access/1".getBytes(StandardCharsets.UTF_8);
  private static final byte[] SEAL = "sotto/profile/seal/1".getBytes(StandardCharsets.UTF_8);
  private static final byte[] DOMAIN = "sotto/profile/1".getBytes(StandardCharsets.UTF_8);
  private static final int SEAL_KEY = 32;

  private final byte[] value;

  private ProfileKey(byte[] value) {
    this.value = value;
  }

  /// Takes the 32 bytes of a key.
  ///
  /// @throws IllegalArgumentException if there are not exactly 32
  public static ProfileKey of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a profile key has 32 bytes, not " + bytes.length);
    }
    return new ProfileKey(bytes.clone());
  }

  /// A new key.
  public static ProfileKey generate(SecureRandom random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new ProfileKey(bytes);
  }

  /// A copy of the 32 secret bytes.
  public byte[] bytes() {
    return value.clone();
  }

  /// What shows the account's presence to those who have this key, and servers that they may read
  /// the profile.
  public AccessKey accessKey() {
    return AccessKey.of(Hkdf.derive(value, ACCESS, AccessKey.LENGTH));
  }

  /// Encrypts a profile.
  ///
  /// @param version positive
  /// @param profile at most [#MAX_PROFILE] bytes
  public byte[] seal(AccountId account, int version, byte[] profile, SecureRandom random) {
    if (profile.length > MAX_PROFILE) {
      throw new IllegalArgumentException("a profile has at most 1,023 bytes");
    }
    byte[] key = Hkdf.derive(value, SEAL, SEAL_KEY);
    byte[] padded = Padding.pad(profile);
    try {
      return AesGcm.seal(key, padded, associated(account, version), random);
    } finally {
      Arrays.fill(padded, (byte) 0);
      Arrays.fill(key, (byte) 0);
    }
  }

  /// The profile; empty for anything that was not sealed with this key, for this account, under
  /// this version.
  public Optional<byte[]> open(AccountId account, int version, byte[] sealed) {
    byte[] key = Hkdf.derive(value, SEAL, SEAL_KEY);
    try {
      return AesGcm.open(key, sealed, associated(account, version))
          .flatMap(Padding::unpad)
          .filter(profile -> profile.length <= MAX_PROFILE);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static byte[] associated(AccountId account, int version) {
    return ByteBuffer.allocate(DOMAIN.length + AccountId.LENGTH + Integer.BYTES)
        .put(DOMAIN)
        .put(account.bytes())
        .putInt(version)
        .array();
  }

  /// Compares in constant time.
  @Override
  public boolean equals(Object other) {
    return other instanceof ProfileKey k && MessageDigest.isEqual(value, k.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "ProfileKey[" + LENGTH + " bytes]";
  }
}
