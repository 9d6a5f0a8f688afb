package sotto.blob;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import sotto.chain.AccountId;

/// What a store keeps beside a blob's content.
///
/// @param size of the content in bytes, at least 1
/// @param sha256 of the content
/// @param expiresAtMillis when it goes, milliseconds since 1970; 0 = it stays
/// @param owner the account whose room it takes; empty for one that expires: nothing needs to know
public record BlobRecord(
    long size, Digest sha256, long expiresAtMillis, Optional<AccountId> owner) {
  private static final byte[] MAGIC = {'s', 'o', 't', 't', 'o', 'b', 'l', 1};

  private static final int SIZE_AT = MAGIC.length;
  private static final int DIGEST_AT = SIZE_AT + Long.BYTES;

  /// Where the expiry stands in the encoded form: eight bytes.
  public static final int EXPIRES_AT = DIGEST_AT + Digest.LENGTH;

  private static final int OWNER_AT = EXPIRES_AT + Long.BYTES;
  private static final int OWNED_AT = OWNER_AT + AccountId.LENGTH;

  /// Length of the encoded form in bytes. Big-endian: seven letters and the version, size, SHA-256,
  /// expiry, owner, and eight bytes whose last is 1 if there is an owner.
  public static final int LENGTH = OWNED_AT + Long.BYTES;

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException if size or expiry is out of bounds
  public BlobRecord {
    if (size < 1) {
      throw new IllegalArgumentException("a blob has at least one byte");
    }
    if (expiresAtMillis < 0) {
      throw new IllegalArgumentException("a blob expires after 1970 or not at all");
    }
  }

  /// Whether the blob's time is over.
  ///
  /// @param nowMillis milliseconds since 1970
  public boolean expired(long nowMillis) {
    return expiresAtMillis != 0 && expiresAtMillis <= nowMillis;
  }

  /// Whether it is of this size and digest.
  public boolean holds(long otherSize, Digest otherSha256) {
    return size == otherSize && sha256.equals(otherSha256);
  }

  /// The same with another expiry.
  public BlobRecord expiring(long atMillis) {
    return new BlobRecord(size, sha256, atMillis, owner);
  }

  /// The encoded form.
  public byte[] encode() {
    return ByteBuffer.allocate(LENGTH)
        .put(MAGIC)
        .putLong(size)
        .put(sha256.bytes())
        .putLong(expiresAtMillis)
        .put(owner.map(AccountId::bytes).orElseGet(() -> new byte[AccountId.LENGTH]))
        .putLong(owner.isPresent() ? 1 : 0)
        .array();
  }

  /// Reads the encoded form.
  ///
  /// @throws IllegalArgumentException if these bytes are not one
  public static BlobRecord decode(byte[] bytes) {
    if (bytes.length != LENGTH || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
      throw new IllegalArgumentException("not a blob's record, or of another version");
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long owned = buffer.getLong(OWNED_AT);
    if (owned != 0 && owned != 1) {
      throw new IllegalArgumentException("a blob's record is damaged");
    }
    var account = new AccountId(buffer.getLong(OWNER_AT), buffer.getLong(OWNER_AT + Long.BYTES));
    return new BlobRecord(
        buffer.getLong(SIZE_AT),
        new Digest(Arrays.copyOfRange(bytes, DIGEST_AT, EXPIRES_AT)),
        buffer.getLong(EXPIRES_AT),
        owned == 1 ? Optional.of(account) : Optional.empty());
  }
}
