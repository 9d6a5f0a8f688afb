package sotto.blob;

import java.nio.ByteBuffer;
import org.bouncycastle.crypto.digests.SHA256Digest;

/// A SHA-256 that can be set down and taken up again. For one thread.
public final class RunningDigest {
  private static final int SCRATCH = 8 * 1024;

  private final SHA256Digest digest;
  private final byte[] scratch = new byte[SCRATCH];

  /// Of nothing yet.
  public RunningDigest() {
    this(new SHA256Digest());
  }

  private RunningDigest(SHA256Digest digest) {
    this.digest = digest;
  }

  static RunningDigest from(byte[] encoded) {
    try {
      return new RunningDigest(new SHA256Digest(encoded));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("a digest's state is damaged", e);
    }
  }

  /// Takes all bytes that remain.
  public void update(ByteBuffer bytes) {
    while (bytes.hasRemaining()) {
      int length = Math.min(bytes.remaining(), SCRATCH);
      bytes.get(scratch, 0, length);
      digest.update(scratch, 0, length);
    }
  }

  /// What to go on from later; this computation goes on.
  public Midstate midstate() {
    return new Midstate(digest.getEncodedState());
  }

  /// The digest of everything. Ends the computation.
  public Digest finish() {
    byte[] out = new byte[Digest.LENGTH];
    digest.doFinal(out, 0);
    return new Digest(out);
  }
}
