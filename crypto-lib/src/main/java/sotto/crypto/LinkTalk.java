package sotto.crypto;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import sotto.chain.Bytes;

/// One side's view of a linking: encrypts and decrypts its messages, each bound to the code, to its
/// place and to all that was said before.
///
/// ```
/// sealed     = HPKE (RFC 9180) in mode_psk, see [Hpke]
/// psk, id    = LinkCode's psk, "sotto/link/1"
/// info       = "sotto/link/1" ‖ step ‖ round
/// aad        = transcript so far
/// transcript = SHA-256("sotto/link/1 transcript" ‖ code), then after each message
///              SHA-256(transcript ‖ step ‖ round ‖ sealed)
/// ```
///
/// Guarantees, for a message that opens: it was made by one who knows the code, for this reader,
/// and both have seen the same before it. Whoever answers an offer has also opened it, as only the
/// offer names the key that the answer is for. It does **not** promise who made the code or the
/// offer: people see to that, by showing the one to the other.
///
/// Not thread-safe.
public final class LinkTalk {
  private static final byte[] NAME = "sotto/link/1".getBytes(StandardCharsets.UTF_8);
  private static final byte[] TRANSCRIPT =
      "sotto/link/1 transcript".getBytes(StandardCharsets.UTF_8);

  private final LinkCode code;
  private byte[] transcript;

  /// Nothing was said yet.
  ///
  /// @param code stays the caller's
  public LinkTalk(LinkCode code) {
    this.code = code;
    byte[] bytes = code.bytes();
    this.transcript = LinkCode.sha256(TRANSCRIPT, bytes);
    Arrays.fill(bytes, (byte) 0);
  }

  /// Encrypts the next message.
  ///
  /// @param reader the 32 bytes of the reader's key
  /// @return empty if that is no key
  public Optional<byte[]> seal(LinkStep step, int round, Bytes reader, byte[] message) {
    if (reader.length() != LinkKey.PUBLIC_LENGTH) {
      return Optional.empty();
    }
    byte[] psk = code.psk();
    try {
      Optional<byte[]> sealed = Hpke.seal(reader, shared(psk, step, round), message);
      sealed.ifPresent(s -> said(step, round, s));
      return sealed;
    } finally {
      Arrays.fill(psk, (byte) 0);
    }
  }

  /// Decrypts the next message.
  ///
  /// @param reader the own key that it is for
  /// @return empty if it is not this message of this linking; nothing was changed then
  public Optional<byte[]> open(LinkStep step, int round, LinkKey reader, byte[] sealed) {
    byte[] psk = code.psk();
    try {
      Optional<byte[]> message = Hpke.open(reader.pair(), shared(psk, step, round), sealed);
      message.ifPresent(_ -> said(step, round, sealed));
      return message;
    } finally {
      Arrays.fill(psk, (byte) 0);
    }
  }

  private Hpke.Shared shared(byte[] psk, LinkStep step, int round) {
    byte[] info = ByteBuffer.allocate(NAME.length + 2).put(NAME).put(place(step, round)).array();
    return new Hpke.Shared(psk, NAME, info, transcript);
  }

  private void said(LinkStep step, int round, byte[] sealed) {
    transcript = LinkCode.sha256(transcript, place(step, round), sealed);
  }

  private static byte[] place(LinkStep step, int round) {
    return new byte[] {step.code(), (byte) round};
  }
}
