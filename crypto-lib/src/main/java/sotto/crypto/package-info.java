/// The Signal protocol behind small interfaces of our own. No network, no SQL, no service protos.
///
/// ```
/// FoundAccount        a new account: link 0, chain, keys of its first device
/// ├─ DeviceKeys       one device's private keys: identity, authentication, registration id
/// ├─ RecoveryKey      the key that may only sign links
/// └─ ChainTrust       what account-chain cannot check: that identity keys vouch for their devices
/// PreKeys, PreKeyPolicy   keys with which others start sessions, and when to make new ones
/// SessionCrypto       sessions: start from a Bundle, encrypt, decrypt, archive
/// └─ SessionStore     what sessions need kept, by the caller, in the caller's transaction
/// Padding             contents in few sizes
/// Attachments         files as authenticated streams
/// SafetyNumber, SafetyCode    digits and QR code by which two people compare what they see
/// ProfileKey, PictureKey      what an account calls itself
/// AccessKey, PassphraseKey    who may see presence; the key of a store
/// ```
///
/// libsignal's types appear in no public signature. Its native library is loaded on first use from
/// `java.library.path`; see the README for what an embedding application must do.
@NullMarked
package sotto.crypto;

import org.jspecify.annotations.NullMarked;
