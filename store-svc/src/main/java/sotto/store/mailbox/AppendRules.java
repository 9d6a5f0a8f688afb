package sotto.store.mailbox;

import javax.crypto.SecretKey;
import sotto.chain.AccountId;
import sotto.mesh.RateLimits;
import sotto.store.write.MailboxLimits;

/// What every append is held to.
///
/// @param limits how much a mailbox holds
/// @param dormancy who gets nothing
/// @param senderTagKey the key of [Sender#tag]
/// @param sealedPerRecipient how many sealed ones an account gets, of all senders
public record AppendRules(
    MailboxLimits limits,
    Dormancy dormancy,
    SecretKey senderTagKey,
    RateLimits<AccountId> sealedPerRecipient) {
  /// Names no key.
  @Override
  public String toString() {
    return "AppendRules[" + limits + ", " + dormancy + "]";
  }
}
