package sotto.store.cold;

import java.util.BitSet;

/// Which envelopes of a segment have left the mailbox: acked, expired, or gone before the segment
/// was pointed to. By their place in the [Directory]; as bytes, the lowest bit of the first byte is
/// the first.
public final class Marks {
  private final BitSet gone;

  private Marks(BitSet gone) {
    this.gone = gone;
  }

  /// None.
  public static Marks none() {
    return new Marks(new BitSet());
  }

  /// Reads the bytes.
  public static Marks of(byte[] bytes) {
    return new Marks(BitSet.valueOf(bytes));
  }

  /// Whether an envelope has left.
  public boolean isGone(int index) {
    return gone.get(index);
  }

  /// Notes that it has.
  public void mark(int index) {
    gone.set(index);
  }

  /// How many have.
  public int count() {
    return gone.cardinality();
  }

  /// The bytes; those behind the last mark are left out.
  public byte[] toArray() {
    return gone.toByteArray();
  }
}
