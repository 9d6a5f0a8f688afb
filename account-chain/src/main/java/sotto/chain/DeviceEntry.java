package sotto.chain;

/// What a chain says about one device.
///
/// @param device its number
/// @param identityKey the 33 bytes of its Signal identity key, opaque here
/// @param authKey the key that signs its challenges and links
/// @param identityProof 64 bytes: the identity key's signature over [IdentityProofBytes], opaque
///   here; **not** checked by this module
public record DeviceEntry(
    DeviceId device, Bytes identityKey, Ed25519PublicKey authKey, Bytes identityProof) {
  /// The size of an identity key in bytes.
  public static final int IDENTITY_KEY_LENGTH = 33;

  /// The size of an identity proof in bytes.
  public static final int IDENTITY_PROOF_LENGTH = 64;

  /// Checks the sizes.
  ///
  /// @throws IllegalArgumentException if one is wrong
  public DeviceEntry {
    if (identityKey.length() != IDENTITY_KEY_LENGTH
        || identityProof.length() != IDENTITY_PROOF_LENGTH) {
      throw new IllegalArgumentException("identity key or proof of a wrong size");
    }
  }
}
