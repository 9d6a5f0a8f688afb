package sotto.chain;

import java.nio.charset.StandardCharsets;

/// The account that a recovery is asked for, in the words it is asked in.
///
/// ```
/// 0 ‖ account id 16    or    1 ‖ username, ASCII
/// ```
public sealed interface RecoverySubject {
  /// By its id.
  ///
  /// @param account the account
  record OfAccount(AccountId account) implements RecoverySubject {}

  /// By its name, which need not be a valid one.
  ///
  /// @param username at most 32 bytes of UTF-8
  record OfName(String username) implements RecoverySubject {}

  /// Its bytes, those of no other.
  default byte[] bytes() {
    return switch (this) {
      case OfAccount(AccountId account) -> SignedBytes.bare().u8(0).raw(account.bytes()).toArray();
      case OfName(String username) ->
          SignedBytes.bare().u8(1).raw(username.getBytes(StandardCharsets.UTF_8)).toArray();
    };
  }
}
