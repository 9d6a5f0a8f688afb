package sotto.client;

/// What came of deleting the account.
public sealed interface AccountDeletion {
  /// The account has ended, and this home is gone but for files that were saved in its folder
  /// `files`. The [Sotto] is closed.
  ///
  /// @param account what was deleted
  record Deleted(Account account) implements AccountDeletion {}

  /// The account has ended, but not all of this home could be removed: the rest goes when the home
  /// is opened again. The [Sotto] is closed.
  ///
  /// @param account what was deleted
  /// @param problem why something stayed
  record HomeLeft(Account account, SottoException problem) implements AccountDeletion {}

  /// The server has not confirmed that the account has ended; it may have. Nothing was touched
  /// here: the same call goes on.
  ///
  /// @param problem why not
  record Unconfirmed(SottoException problem) implements AccountDeletion {}
}
