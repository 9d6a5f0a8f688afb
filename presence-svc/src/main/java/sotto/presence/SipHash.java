package sotto.presence;

/// SipHash-2-4 of 16-byte inputs: a keyed hash whose collisions nobody can prepare who does not
/// know the key (Aumasson and Bernstein, *SipHash: a fast short-input PRF*, 2012).
///
/// Account ids can be ground; without a key, ids made to share a slot would turn the table's
/// look-ups into scans.
///
/// @param k0 bytes 0 to 7 of the key, little-endian
/// @param k1 bytes 8 to 15 of the key, little-endian
record SipHash(long k0, long k1) {
  private static final long LENGTH_BLOCK = 16L << 56;

  /// The hash.
  ///
  /// @param first bytes 0 to 7 of the input, little-endian
  /// @param second bytes 8 to 15 of the input, little-endian
  long of(long first, long second) {
    var state = new State(k0, k1);
    state.compress(first);
    state.compress(second);
    state.compress(LENGTH_BLOCK);
    return state.finish();
  }

  @Override
  public String toString() {
    return "SipHash[key of 16 bytes]";
  }

  /// The four words of section 2.
  private static final class State {
    private long v0;
    private long v1;
    private long v2;
    private long v3;

    State(long k0, long k1) {
      v0 = k0 ^ 0x736f6d6570736575L;
      v1 = k1 ^ 0x646f72616e646f6dL;
      v2 = k0 ^ 0x6c7967656e657261L;
      v3 = k1 ^ 0x7465646279746573L;
    }

    void compress(long block) {
      v3 ^= block;
      round();
      round();
      v0 ^= block;
    }

    long finish() {
      v2 ^= 0xff;
      round();
      round();
      round();
      round();
      return v0 ^ v1 ^ v2 ^ v3;
    }

    private void round() {
      v0 += v1;
      v2 += v3;
      v1 = Long.rotateLeft(v1, 13) ^ v0;
      v3 = Long.rotateLeft(v3, 16) ^ v2;
      v0 = Long.rotateLeft(v0, 32);
      v2 += v1;
      v0 += v3;
      v1 = Long.rotateLeft(v1, 17) ^ v2;
      v3 = Long.rotateLeft(v3, 21) ^ v0;
      v2 = Long.rotateLeft(v2, 32);
    }
  }
}
