package sotto.blob;

import sotto.chain.AccountId;

/// How much an account may keep. Thread-safe, does not block.
interface KeptQuota {
  /// Takes room for one account.
  ///
  /// @param bytes at least 1
  /// @return whether there was so much left; nothing is taken otherwise
  boolean take(AccountId account, long bytes);

  /// Gives room back that was taken.
  void giveBack(AccountId account, long bytes);
}
