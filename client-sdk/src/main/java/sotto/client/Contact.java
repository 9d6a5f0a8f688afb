package sotto.client;

import java.util.Optional;
import sotto.chain.AccountId;
import sotto.group.GroupId;

/// Someone to talk to, or a group.
///
/// @param username the name the contact has here; empty when only the account is known
/// @param account the account the name is pinned to; empty until a look-up has found it
/// @param verification what is known about its keys
/// @param accepted whether the user has written to the contact or accepted them; only then do
///   *read* receipts, typing and presence go to them
/// @param blocked whether what they write is dropped, and nothing goes to them
/// @param profileName what they call themselves. **Untrusted**: shown beside [#name], never instead
///   of it. Of a group, what its members call it, without characters that do not show
/// @param group which group it is; empty for a person
public record Contact(
    Optional<Username> username,
    Optional<AccountId> account,
    Verification verification,
    boolean accepted,
    boolean blocked,
    Optional<String> profileName,
    Optional<GroupId> group) {
  /// One that calls itself nothing.
  public Contact(
      Optional<Username> username,
      Optional<AccountId> account,
      Verification verification,
      boolean accepted,
      boolean blocked) {
    this(username, account, verification, accepted, blocked, Optional.empty(), Optional.empty());
  }

  /// A group.
  ///
  /// @param accepted whether the user has written to it or accepted it
  /// @param title what it is called, empty = not known
  public static Contact ofGroup(GroupId group, String title, boolean accepted) {
    return new Contact(
        Optional.empty(),
        Optional.empty(),
        Verification.UNVERIFIED,
        accepted,
        false,
        Optional.of(title).filter(t -> !t.isEmpty()),
        Optional.of(group));
  }

  /// The username, or else the account id in hex; `#` and the title of a group, or its id in hex:
  /// safe to print.
  public String name() {
    if (group.isPresent()) {
      return "#" + profileName.orElseGet(() -> group.get().toString());
    }
    return username
        .map(Username::value)
        .orElseGet(() -> account.map(AccountId::toString).orElse("unknown"));
  }
}
