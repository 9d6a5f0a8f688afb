/// The account: a chain of signed links that names its devices and their keys.
///
/// ```
/// AccountChain          what the links say: devices, recovery key, head; append and compare
/// └─ Link               one link as bytes: body ‖ signatures; strict parser
///    └─ LinkBody        version, kind, sequence, previous hash, time, signer, change
///       └─ Change       found | add device | remove device | replace recovery key | delete account
///          └─ DeviceEntry   number, identity key, authentication key, identity proof
/// ChallengeBytes        what a device signs to prove that it is in the chain
/// IdentityProofBytes    what an identity key signs to claim an authentication key in one account
/// ```
///
/// Clients and servers share this package, so it needs nothing but the JDK: signatures are Ed25519
/// (RFC 8032), hashes SHA-256 (FIPS 180-4). Identity keys and their proofs are opaque bytes here;
/// whoever holds the Signal protocol checks them. Everything is immutable and safe for use by many
/// threads.
@NullMarked
package sotto.chain;

import org.jspecify.annotations.NullMarked;
