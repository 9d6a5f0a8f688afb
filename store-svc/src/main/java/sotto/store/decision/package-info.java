/// What an operator decides about single accounts, and who is told.
///
/// ```
/// Decision     the row of an account that is not treated as all others
/// LockedOut    refuses the calls of devices whose account is disabled
/// Changes      tells relays of accounts whose streams may have to end
/// ```
@NullMarked
package sotto.store.decision;

import org.jspecify.annotations.NullMarked;
