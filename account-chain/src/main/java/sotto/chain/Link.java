package sotto.chain;

import java.util.List;

/// One signed link; well-formed, but says nothing about whether its signatures are right:
/// [AccountChain] checks them.
public final class Link {
  /// The smallest size of a link in bytes.
  public static final int MIN_LENGTH = LinkFormat.MIN_LENGTH;

  /// The largest size of a link in bytes.
  public static final int MAX_LENGTH = LinkFormat.MAX_LENGTH;

  /// What the parser makes of some bytes.
  public sealed interface Parsed {}

  /// They are a link.
  ///
  /// @param link the link; its [Link#encoded] is exactly what was read
  public record Read(Link link) implements Parsed {}

  /// They are none.
  ///
  /// @param what the part that is wrong, for logs
  public record Malformed(String what) implements Parsed {}

  private final LinkBody body;
  private final List<Bytes> signatures;
  private final Bytes encoded;
  private final LinkHash hash;

  Link(LinkBody body, List<Bytes> signatures) {
    if (signatures.size() != body.signatureCount()
        || signatures.stream().anyMatch(s -> s.length() != Ed25519PublicKey.SIGNATURE_LENGTH)) {
      throw new IllegalArgumentException("signatures of a wrong number or size");
    }
    this.body = body;
    this.signatures = List.copyOf(signatures);
    SignedBytes bytes = SignedBytes.bare().raw(LinkFormat.encode(body));
    signatures.forEach(s -> bytes.raw(s.toArray()));
    byte[] all = bytes.toArray();
    this.encoded = Bytes.of(all);
    this.hash = LinkHash.of(all);
  }

  /// Reads a link strictly: every byte is accounted for, and no input makes it throw.
  public static Parsed parse(byte[] bytes) {
    return LinkFormat.parse(bytes);
  }

  /// What it says.
  public LinkBody body() {
    return body;
  }

  /// One or two signatures of 64 bytes, the signer's first, then the recovery key's.
  public List<Bytes> signatures() {
    return signatures;
  }

  /// The only encoding of this link.
  public Bytes encoded() {
    return encoded;
  }

  /// A copy of the bytes of [#encoded].
  public byte[] bytes() {
    return encoded.toArray();
  }

  /// The hash of [#encoded].
  public LinkHash hash() {
    return hash;
  }

  /// Links are equal when their bytes are.
  @Override
  public boolean equals(Object other) {
    return other instanceof Link l && encoded.equals(l.encoded);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }

  @Override
  public String toString() {
    return "Link[" + body.sequence() + " " + body.change().getClass().getSimpleName() + "]";
  }
}
