/// Pre-keys: stored, handed out once, counted.
///
/// ```
/// KeyEndpoint      the service
/// ├─ BundlePop     takes one one-time key of each kind from each device
/// ├─ PreKeyUpload  replaces and adds
/// └─ PreKeys       the rows; PreKey checks one key
/// ```
@NullMarked
package sotto.store.keys;

import org.jspecify.annotations.NullMarked;
