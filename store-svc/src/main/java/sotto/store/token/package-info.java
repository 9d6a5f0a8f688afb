/// Signing in: challenges, tokens and the secrets behind them.
///
/// ```
/// SignIn         checks a signed challenge, gives a token
/// ├─ Challenges  stateless: authenticated by a secret, good for a minute and one device
/// └─ SigningKeys one key a day signs; today's and the one before it are valid
///    └─ ServerSecrets  where secrets are kept, shared by all owners
/// ```
@NullMarked
package sotto.store.token;

import org.jspecify.annotations.NullMarked;
