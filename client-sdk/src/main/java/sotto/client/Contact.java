package sotto.client;

import java.util.Optional;
import sotto.chain.AccountId;

/// Someone to talk to.
///
/// @param username the name the contact has here; empty when only the account is known
/// @param account the account the name is pinned to; empty until a look-up has found it
/// @param verification what is known about its keys
/// @param accepted whether the user has written to the contact or accepted them; only then do
///   *read* receipts, typing and presence go to them
/// @param blocked whether what they write is dropped, and nothing goes to them
/// @param profileName what they call themselves. **Untrusted**: shown beside [#name], never instead
///   of it
public record Contact(
    Optional<Username> username,
    Optional<AccountId> account,
    Verification verification,
    boolean accepted,
    boolean blocked,
    Optional<String> profileName) {
  /// One that calls itself nothing.
  public Contact(
      Optional<Username> username,
      Optional<AccountId> account,
      Verification verification,
      boolean accepted,
      boolean blocked) {
    this(username, account, verification, accepted, blocked, Optional.empty());
  }

  /// The username, or else the account id in hex: safe to print.
  public String name() {
    return username
        .map(Username::value)
        .orElseGet(() -> account.map(AccountId::toString).orElse("unknown"));
  }
}
