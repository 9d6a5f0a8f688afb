package sotto.client.internal.store;

import java.util.Optional;
import sotto.chain.AccountId;
import sotto.client.Contact;
import sotto.client.Username;
import sotto.client.Verification;
import sotto.group.GroupId;

/// A contact as the store has it.
///
/// @param id the row
/// @param account whom the name is pinned to
/// @param username the name
/// @param hint a name that its messages claim, not looked up yet
/// @param verification what is known about its keys
/// @param accepted whether receipts of reading, typing and presence go to it
/// @param accessKey its access key, which follows from the profile key in its messages
/// @param changed the other account that its name leads to now
/// @param blocked whether what comes from it is dropped, and nothing goes there
/// @param profileName what it calls itself; the title of a group
/// @param group which group it is; empty for a person
public record ContactRow(
    long id,
    Optional<AccountId> account,
    Optional<Username> username,
    Optional<String> hint,
    Verification verification,
    boolean accepted,
    Optional<byte[]> accessKey,
    Optional<AccountId> changed,
    boolean blocked,
    Optional<String> profileName,
    Optional<GroupId> group) {
  /// What the app sees.
  public Contact contact() {
    return new Contact(username, account, verification, accepted, blocked, profileName, group);
  }

  /// Whether nothing may be sent until the user confirms.
  public boolean unconfirmed() {
    return verification == Verification.CHANGED;
  }
}
