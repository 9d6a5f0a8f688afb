package sotto.client.internal.store;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import java.util.SortedSet;
import sotto.chain.AccountId;
import sotto.chain.Bytes;

/// One message on its way to the members of a group.
///
/// @param id the row; the rows of a group go in this order
/// @param contact the conversation
/// @param message the message
/// @param seed random; the ids of its envelopes follow from it, the same in every retry
/// @param firstAttemptAt when it was first encrypted
/// @param tried whether the server may have stored some of it
/// @param turn when it was encrypted, as [KeysGiven] counts
/// @param ciphertext what goes to all, once it is encrypted
/// @param left the members who do not have it yet, once it is encrypted
public record GroupOutboxRow(
    long id,
    long contact,
    long message,
    Bytes seed,
    Optional<Long> firstAttemptAt,
    boolean tried,
    long turn,
    Optional<Bytes> ciphertext,
    SortedSet<AccountId> left) {
  private static final int ENVELOPE_ID = 16;

  /// The id of a member's envelope: the first 16 bytes of SHA-256(seed ‖ account id). As the seed
  /// is random and nobody else's, so is the id.
  public byte[] envelopeId(AccountId member) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(seed.toArray());
      return Arrays.copyOf(sha256.digest(member.bytes()), ENVELOPE_ID);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
