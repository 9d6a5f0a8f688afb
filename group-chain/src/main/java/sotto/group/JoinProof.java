package sotto.group;

import java.nio.ByteBuffer;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.LinkSigner;

/// The signature by an invite link's private key that lets one account into one group.
///
/// ```
/// signed = u16 length ‖ "sotto/group-join/1" ‖ group id 16 ‖ account id 16
/// ```
///
/// It is good as long as the group has that link, so an account can use it again; nobody else can.
///
/// @param signature 64 bytes
public record JoinProof(Bytes signature) {
  /// Checks the size.
  ///
  /// @throws IllegalArgumentException if it is not 64 bytes
  public JoinProof {
    if (signature.length() != Ed25519PublicKey.SIGNATURE_LENGTH) {
      throw new IllegalArgumentException("a signature has 64 bytes, not " + signature.length());
    }
  }

  /// Signs with the link's private key.
  public static JoinProof sign(LinkSigner link, GroupId group, AccountId account) {
    return new JoinProof(Bytes.of(link.sign(signedBytes(group, account))));
  }

  static byte[] signedBytes(GroupId group, AccountId account) {
    return Domain.JOIN.before(
        ByteBuffer.allocate(GroupId.LENGTH + AccountId.LENGTH)
            .put(group.bytes())
            .put(account.bytes())
            .array());
  }

  boolean holds(Ed25519PublicKey link, GroupId group, AccountId account) {
    return link.verifies(signedBytes(group, account), signature.toArray());
  }
}
