package sotto.crypto;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/// The secret under which the members of a group keep what it is called; one for each group, given
/// to whoever becomes a member. It protects no messages: those go under sender keys.
///
/// ```
/// seal key = HKDF-SHA-256(ikm = group key 32, no salt, info = "sotto/group/seal/1", 32 bytes)
/// sealed   = AES-256-GCM(seal key, random nonce, padded attributes, associated = "sotto/group/attributes/1")
/// ```
///
/// HKDF is RFC 5869; padding is [Padding]'s. Which group and revision the sealed bytes belong to is
/// said by the signed change that they stand in.
public final class GroupKey {
  /// The size in bytes.
  public static final int LENGTH = 32;

  /// The most bytes of attributes.
  public static final int MAX_ATTRIBUTES = 1023;

  private static final byte[] SEAL = "sotto/group/seal/1".getBytes(StandardCharsets.UTF_8);
  private static final byte[] DOMAIN = "sotto/group/attributes/1".getBytes(StandardCharsets.UTF_8);
  private static final int SEAL_KEY = 32;

  private final byte[] value;

  private GroupKey(byte[] value) {
    this.value = value;
  }

  /// Takes the 32 bytes of a key.
  ///
  /// @throws IllegalArgumentException if there are not exactly 32
  public static GroupKey of(byte[] bytes) {
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException("a group key has 32 bytes, not " + bytes.length);
    }
    return new GroupKey(bytes.clone());
  }

  /// A new key.
  public static GroupKey generate(SecureRandom random) {
    byte[] bytes = new byte[LENGTH];
    random.nextBytes(bytes);
    return new GroupKey(bytes);
  }

  /// A copy of the 32 secret bytes.
  public byte[] bytes() {
    return value.clone();
  }

  /// Encrypts what a group is called.
  ///
  /// @param attributes at most [#MAX_ATTRIBUTES] bytes
  public byte[] seal(byte[] attributes, SecureRandom random) {
    if (attributes.length > MAX_ATTRIBUTES) {
      throw new IllegalArgumentException("attributes of " + attributes.length + " bytes");
    }
    byte[] key = Hkdf.derive(value, SEAL, SEAL_KEY);
    byte[] padded = Padding.pad(attributes);
    try {
      return AesGcm.seal(key, padded, DOMAIN, random);
    } finally {
      Arrays.fill(padded, (byte) 0);
      Arrays.fill(key, (byte) 0);
    }
  }

  /// What a group is called; empty for anything that was not sealed with this key.
  public Optional<byte[]> open(byte[] sealed) {
    byte[] key = Hkdf.derive(value, SEAL, SEAL_KEY);
    try {
      return AesGcm.open(key, sealed, DOMAIN)
          .flatMap(Padding::unpad)
          .filter(attributes -> attributes.length <= MAX_ATTRIBUTES);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  /// Compares in constant time.
  @Override
  public boolean equals(Object other) {
    return other instanceof GroupKey k && MessageDigest.isEqual(value, k.value);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return "GroupKey[" + LENGTH + " bytes]";
  }
}
