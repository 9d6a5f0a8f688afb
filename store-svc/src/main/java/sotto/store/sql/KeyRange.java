package sotto.store.sql;

import java.util.Arrays;
import sotto.chain.AccountId;
import sotto.chain.Bytes;

/// Sharding keys of 16 bytes that lie together, for a `BETWEEN`.
///
/// @param first the first of them
/// @param last the last of them
public record KeyRange(Bytes first, Bytes last) {
  /// The keys of a bucket.
  public static KeyRange ofBucket(int bucket) {
    return ofBuckets(bucket, bucket);
  }

  /// The keys of some buckets.
  static KeyRange ofBuckets(int first, int last) {
    AccountId end = new AccountId((long) last << 54 | (1L << 54) - 1, -1);
    return new KeyRange(
        Bytes.of(new AccountId((long) first << 54, 0).bytes()), Bytes.of(end.bytes()));
  }

  /// The keys that begin with some bytes, 2 to 16 of them: all of one bucket.
  public static KeyRange beginningWith(byte[] prefix) {
    byte[] first = Arrays.copyOf(prefix, AccountId.LENGTH);
    byte[] last = Arrays.copyOf(prefix, AccountId.LENGTH);
    Arrays.fill(last, prefix.length, AccountId.LENGTH, (byte) -1);
    return new KeyRange(Bytes.of(first), Bytes.of(last));
  }

  /// Whether it has keys behind one.
  public boolean reachesBehind(byte[] key) {
    return Arrays.compareUnsigned(last.toArray(), key) > 0;
  }
}
