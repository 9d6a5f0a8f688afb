package sotto.blob;

import java.util.Arrays;

/// A SHA-256 as far as it has been computed, to be kept and gone on with, by another process too.
///
/// The bytes are BouncyCastle's encoding; they hold no more than the digest of what was read so far
/// would tell.
public final class Midstate {
  /// Longest encoding that is looked at, bytes.
  static final int MAX_LENGTH = 1_024;

  private static final Midstate EMPTY = new RunningDigest().midstate();

  private final byte[] encoded;

  /// Takes over what [#encoded] gave.
  ///
  /// @throws IllegalArgumentException if it cannot be one
  public Midstate(byte[] encoded) {
    if (encoded.length == 0 || encoded.length > MAX_LENGTH) {
      throw new IllegalArgumentException("not a digest's state");
    }
    this.encoded = encoded.clone();
  }

  /// Of nothing yet.
  public static Midstate empty() {
    return EMPTY;
  }

  /// Goes on from here.
  ///
  /// @throws IllegalArgumentException if the encoding is damaged
  public RunningDigest resume() {
    return RunningDigest.from(encoded);
  }

  /// A fresh array of the encoding.
  public byte[] encoded() {
    return encoded.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Midstate state && Arrays.equals(encoded, state.encoded);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(encoded);
  }

  @Override
  public String toString() {
    return "Midstate[" + encoded.length + " bytes]";
  }
}
