package sotto.chain;

import java.util.List;
import java.util.stream.Stream;

/// What a link says, without its signatures.
///
/// @param sequence its place in the chain, 0 to 2³² - 1; link 0 founds the account
/// @param previous the hash of the link before, [LinkHash#NONE] for link 0
/// @param createdAtMillis the signer's clock, milliseconds since 1970, not negative; tells people
///   when, orders nothing
/// @param signer whose signature comes first
/// @param change what it does
public record LinkBody(
    long sequence, LinkHash previous, long createdAtMillis, Signer signer, Change change) {
  static final long MAX_SEQUENCE = 0xffff_ffffL;

  /// Checks what can be checked without the chain.
  ///
  /// @throws IllegalArgumentException if a number is out of its bounds, or signer, place and kind
  ///   do not fit together
  public LinkBody {
    if (sequence < 0 || sequence > MAX_SEQUENCE || createdAtMillis < 0) {
      throw new IllegalArgumentException("sequence or time out of bounds");
    }
    boolean first = change instanceof Change.Found;
    if (first != (sequence == 0) || first != previous.equals(LinkHash.NONE)) {
      throw new IllegalArgumentException("link 0 founds, and no other does");
    }
    boolean deviceFirst = first || change instanceof Change.ReplaceRecoveryKey;
    if ((first && !signer.equals(new Signer.Device(DeviceId.FIRST)))
        || (deviceFirst && !(signer instanceof Signer.Device))) {
      throw new IllegalArgumentException("this kind is signed by a device first");
    }
  }

  /// The body of link 0.
  public static LinkBody found(
      DeviceEntry device, Ed25519PublicKey recoveryKey, long createdAtMillis) {
    return new LinkBody(
        0,
        LinkHash.NONE,
        createdAtMillis,
        new Signer.Device(DeviceId.FIRST),
        new Change.Found(device, recoveryKey));
  }

  /// The body of the link that would follow the chain's head.
  ///
  /// @throws IllegalArgumentException if the change founds an account
  public static LinkBody next(
      AccountChain chain, Signer signer, Change change, long createdAtMillis) {
    return new LinkBody(chain.sequence() + 1, chain.headHash(), createdAtMillis, signer, change);
  }

  /// How many signatures the link carries: two where a device and the recovery key must agree.
  public int signatureCount() {
    return change instanceof Change.Found || change instanceof Change.ReplaceRecoveryKey ? 2 : 1;
  }

  /// The bytes that are signed: the link's domain and the encoded body.
  public byte[] signedBytes() {
    return SignedBytes.start("sotto/link/1").raw(LinkFormat.encode(this)).toArray();
  }

  /// Signs; the result is not yet checked against a chain.
  ///
  /// @param signers in the order of the signatures: [#signer] first, then, where [#signatureCount]
  ///   is two, the recovery key
  /// @throws IllegalArgumentException if their number is wrong
  public Link sign(LinkSigner... signers) {
    if (signers.length != signatureCount()) {
      throw new IllegalArgumentException("takes " + signatureCount() + " signers");
    }
    byte[] message = signedBytes();
    List<Bytes> signatures = Stream.of(signers).map(s -> Bytes.of(s.sign(message))).toList();
    return new Link(this, signatures);
  }
}
