package sotto.mesh;

import java.util.Optional;
import sotto.chain.AccountId;

/// The claims of the tokens with which an account that has no device left downloads blobs: those of
/// [DeviceToken], with another audience and the account alone for a subject. Neither is ever taken
/// for the other.
public final class RestoreToken {
  /// The claim `aud`.
  public static final String AUDIENCE = "sotto-restore";

  private RestoreToken() {}

  /// The claim `sub`.
  ///
  /// @param account whose token it is
  /// @return 32 hex digits
  public static String subject(AccountId account) {
    return account.toString();
  }

  /// Reads the claim `sub`.
  ///
  /// @param subject as [#subject] writes it
  /// @return the account; empty for anything else
  public static Optional<AccountId> account(String subject) {
    return subject.matches("[0-9a-f]{32}")
        ? Optional.of(AccountId.parse(subject))
        : Optional.empty();
  }
}
