package sotto.chain;

/// The bytes that an identity key signs (XEdDSA) to claim an authentication key as its own.
///
/// ```
/// u16 length ‖ "sotto/identity-proof/1" ‖ account id 16 (zeros in link 0) ‖ authentication key 32
/// ```
///
/// The account id keeps an entry from being copied into another account, which would let its owner
/// pass someone else's device off as his. Link 0 cannot name its own hash; there the signature of
/// the entry's authentication key over the whole link does the same.
public final class IdentityProofBytes {
  private IdentityProofBytes() {}

  /// What the first device's identity key signs for link 0.
  public static byte[] founding(Ed25519PublicKey authKey) {
    return of(new byte[AccountId.LENGTH], authKey);
  }

  /// What a device's identity key signs to join the account.
  public static byte[] joining(AccountId account, Ed25519PublicKey authKey) {
    return of(account.bytes(), authKey);
  }

  private static byte[] of(byte[] account, Ed25519PublicKey authKey) {
    return SignedBytes.start("sotto/identity-proof/1").raw(account).raw(authKey.bytes()).toArray();
  }
}
