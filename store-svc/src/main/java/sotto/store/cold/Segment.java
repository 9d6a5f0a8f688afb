package sotto.store.cold;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import sotto.chain.Bytes;

/// A part of one mailbox, as it lies in the blob store: envelopes in increasing position. Whose
/// they are it does not say.
///
/// ```
/// segment = magic 8 ‖ count 4 ‖ envelope…
/// magic   = "sottose" ‖ version 1
/// envelope = position 8 ‖ accepted at 8 ‖ length 4 ‖ bytes
/// ```
///
/// All numbers are big-endian. The SHA-256 of the whole stands in the [Directory], in the database:
/// what does not have it is not read at all.
///
/// @param mails the envelopes
public record Segment(List<Mail> mails) {
  /// How many envelopes a segment has at most.
  public static final int MOST_MAILS = 256;

  /// At how many bytes of envelopes no more are added.
  public static final long FULL_AT = 1L << 20;

  /// How long a segment can be: what PutSegment takes.
  public static final int MOST_BYTES = 2 << 20;

  private static final byte[] MAGIC = {'s', 'o', 't', 't', 'o', 's', 'e', 1};
  private static final int HEAD = MAGIC.length + Integer.BYTES;
  private static final int MAIL = Long.BYTES + Long.BYTES + Integer.BYTES;

  /// One envelope.
  ///
  /// @param position its place in the mailbox
  /// @param acceptedAt milliseconds since 1970
  /// @param envelope as it was stored
  public record Mail(long position, long acceptedAt, ByteString envelope) {}

  /// Copies the list.
  public Segment {
    mails = List.copyOf(mails);
  }

  /// The bytes.
  ///
  /// @throws IllegalArgumentException if they are too many
  public ByteString encode() {
    long size = HEAD;
    for (Mail mail : mails) {
      size += MAIL + mail.envelope.size();
    }
    if (size > MOST_BYTES || mails.size() > MOST_MAILS) {
      throw new IllegalArgumentException("more than a segment holds");
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size).put(MAGIC).putInt(mails.size());
    for (Mail mail : mails) {
      bytes.putLong(mail.position).putLong(mail.acceptedAt).putInt(mail.envelope.size());
      mail.envelope.copyTo(bytes);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  /// Reads the bytes.
  ///
  /// @param sha256 what their digest must be
  /// @return empty if they are damaged, or of another version
  public static Optional<Segment> decode(ByteString bytes, Bytes sha256) {
    if (bytes.size() < HEAD || bytes.size() > MOST_BYTES || !digest(bytes).equals(sha256)) {
      return Optional.empty();
    }
    if (!Arrays.equals(bytes.substring(0, MAGIC.length).toByteArray(), MAGIC)) {
      return Optional.empty();
    }
    ByteBuffer in = bytes.asReadOnlyByteBuffer();
    int count = in.getInt(MAGIC.length);
    if (count < 1 || count > MOST_MAILS) {
      return Optional.empty();
    }
    List<Mail> mails = new ArrayList<>(count);
    int at = HEAD;
    for (int i = 0; i < count; i++) {
      if (bytes.size() - at < MAIL) {
        return Optional.empty();
      }
      long position = in.getLong(at);
      long acceptedAt = in.getLong(at + Long.BYTES);
      int length = in.getInt(at + 2 * Long.BYTES);
      at += MAIL;
      if (length < 0 || length > bytes.size() - at) {
        return Optional.empty();
      }
      mails.add(new Mail(position, acceptedAt, bytes.substring(at, at + length)));
      at += length;
    }
    return at == bytes.size() ? Optional.of(new Segment(mails)) : Optional.empty();
  }

  /// The SHA-256 of some bytes.
  public static Bytes digest(ByteString bytes) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(bytes.asReadOnlyByteBuffer());
      return Bytes.of(sha256.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
