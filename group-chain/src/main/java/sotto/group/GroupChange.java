package sotto.group;

import java.nio.ByteBuffer;
import sotto.chain.Bytes;
import sotto.chain.Ed25519PublicKey;

/// One signed change; well-formed, but says nothing about whether its signature is right:
/// [GroupChain] checks it.
public final class GroupChange {
  /// The smallest size of a change in bytes.
  public static final int MIN_LENGTH = ChangeFormat.MIN_LENGTH;

  /// The largest size of a change in bytes.
  public static final int MAX_LENGTH = ChangeFormat.MAX_LENGTH;

  /// What the parser makes of some bytes.
  public sealed interface Parsed {}

  /// They are a change.
  ///
  /// @param change the change; its [GroupChange#encoded] is exactly what was read
  public record Read(GroupChange change) implements Parsed {}

  /// They are none.
  ///
  /// @param what the part that is wrong, for logs
  public record Malformed(String what) implements Parsed {}

  private final ChangeBody body;
  private final Bytes signature;
  private final Bytes encoded;
  private final ChangeHash hash;

  GroupChange(ChangeBody body, Bytes signature) {
    if (signature.length() != Ed25519PublicKey.SIGNATURE_LENGTH) {
      throw new IllegalArgumentException("a signature has 64 bytes, not " + signature.length());
    }
    this.body = body;
    this.signature = signature;
    byte[] start = ChangeFormat.encode(body);
    byte[] all =
        ByteBuffer.allocate(start.length + signature.length())
            .put(start)
            .put(signature.toArray())
            .array();
    this.encoded = Bytes.of(all);
    this.hash = ChangeHash.of(all);
  }

  /// Reads a change strictly: every byte is accounted for, and no input makes it throw.
  public static Parsed parse(byte[] bytes) {
    return ChangeFormat.parse(bytes);
  }

  /// What it says.
  public ChangeBody body() {
    return body;
  }

  /// The 64 bytes of the author's signature.
  public Bytes signature() {
    return signature;
  }

  /// The only encoding of this change.
  public Bytes encoded() {
    return encoded;
  }

  /// A copy of the bytes of [#encoded].
  public byte[] bytes() {
    return encoded.toArray();
  }

  /// The hash of [#encoded].
  public ChangeHash hash() {
    return hash;
  }

  /// The group that it is of: the one it names, or the one it founds.
  public GroupId group() {
    return body.revision() == 0 ? GroupId.of(encoded.toArray()) : body.group();
  }

  boolean signedBy(Ed25519PublicKey key) {
    return key.verifies(body.signedBytes(), signature.toArray());
  }

  /// Changes are equal when their bytes are.
  @Override
  public boolean equals(Object other) {
    return other instanceof GroupChange c && encoded.equals(c.encoded);
  }

  @Override
  public int hashCode() {
    return hash.hashCode();
  }

  @Override
  public String toString() {
    return "GroupChange[" + body.revision() + " " + body.action().getClass().getSimpleName() + "]";
  }
}
