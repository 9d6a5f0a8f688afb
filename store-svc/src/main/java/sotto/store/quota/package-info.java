/// What accounts keep in the blob store: the truth about it, so that all blob pods see the same.
///
/// ```
/// QuotaEndpoint      the service, for blob pods alone
/// └─ KeptBlobs       rooms taken and given back, each in the transaction of the account's owner
/// ```
@NullMarked
package sotto.store.quota;

import org.jspecify.annotations.NullMarked;
