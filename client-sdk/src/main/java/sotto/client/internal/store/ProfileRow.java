package sotto.client.internal.store;

import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.Profile;
import sotto.crypto.ProfileKey;

/// What is known of an account's profile, one's own among them.
///
/// @param account whose
/// @param key its profile key
/// @param named the version that the account says is at the server; 0 = none
/// @param version the version of what is here; 0 = nothing. Of one's own above `named`: not at the
///   server yet
/// @param name as it is here
/// @param about as it is here
/// @param reference where the picture is, a serialised `sotto.content.v1.ProfilePicture`
/// @param picture the picture, once it is here
public record ProfileRow(
    AccountId account,
    ProfileKey key,
    int named,
    int version,
    String name,
    String about,
    Optional<Bytes> reference,
    Optional<Bytes> picture) {
  /// What the app sees.
  public Profile profile() {
    return new Profile(name, about, picture);
  }
}
