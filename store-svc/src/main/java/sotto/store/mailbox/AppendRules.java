package sotto.store.mailbox;

import javax.crypto.SecretKey;
import sotto.store.write.MailboxLimits;

/// What every append is held to.
///
/// @param limits how much a mailbox holds
/// @param dormancy who gets nothing
/// @param senderTagKey the key of [Sender#tag]
public record AppendRules(MailboxLimits limits, Dormancy dormancy, SecretKey senderTagKey) {
  /// Names no key.
  @Override
  public String toString() {
    return "AppendRules[" + limits + ", " + dormancy + "]";
  }
}
