/// Cold parts of mailboxes on a shelf of their own (`cold/hh/…` in a folder): put, read and deleted
/// by stores alone. They belong to no account, and each expires some days behind the last envelope
/// in it, should the store have lost sight of it.
@NullMarked
package sotto.blob.cold;

import org.jspecify.annotations.NullMarked;
