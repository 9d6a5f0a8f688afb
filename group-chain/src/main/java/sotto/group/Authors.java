package sotto.group;

import java.util.Optional;
import sotto.chain.Ed25519PublicKey;

/// Knows the accounts' chains: whose signature a change must carry.
///
/// The caller decides what a device must be. At the least the account's chain has that head at that
/// sequence and listed the device there. Whoever takes a **new** change also asks that the device
/// is listed in the newest chain known: a removed device still has its key, and can name an old
/// head.
@FunctionalInterface
public interface Authors {
  /// The authentication key of the author's device, or empty if it may not sign.
  Optional<Ed25519PublicKey> key(Author author);
}
