package sotto.store.write;

import java.security.MessageDigest;
import sotto.chain.AccountId;
import sotto.chain.Bytes;

/// What somebody shows who wants to reach an account and does not say who they are.
///
/// @param account the account
/// @param keyHash SHA-256 of the access key that was shown
public record Access(AccountId account, Bytes keyHash) {
  /// Whether it is that of a hash; compared in constant time.
  boolean fits(Bytes hash) {
    return MessageDigest.isEqual(keyHash.toArray(), hash.toArray());
  }
}
