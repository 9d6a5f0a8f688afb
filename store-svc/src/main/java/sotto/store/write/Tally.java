package sotto.store.write;

/// So many envelopes of so many bytes together.
///
/// @param envelopes how many
/// @param bytes their sizes added
record Tally(long envelopes, long bytes) {
  static final Tally NONE = new Tally(0, 0);

  Tally plus(long size) {
    return new Tally(envelopes + 1, bytes + size);
  }

  Tally plus(Tally other) {
    return new Tally(envelopes + other.envelopes, bytes + other.bytes);
  }

  Tally minus(long size) {
    return new Tally(Math.max(0, envelopes - 1), Math.max(0, bytes - size));
  }

  boolean takes(long size, long maxEnvelopes, long maxBytes) {
    return envelopes < maxEnvelopes && bytes + size <= maxBytes;
  }
}
