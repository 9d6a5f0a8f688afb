package sotto.bench;

import com.google.protobuf.ByteString;
import sotto.chain.testing.TestAccount;
import sotto.keys.v1.SignedPreKey;

/// An account with one device, signed in. Its messages' keys are none: what it sends is noise.
///
/// @param account the account, with the keys it signs with
/// @param token of its device, good for ten minutes
record Person(TestAccount account, String token) {
  /// The account's id.
  ByteString id() {
    return ByteString.copyFrom(account.id().bytes());
  }

  /// A public key of which nobody has the private one.
  static SignedPreKey key(int length, int type) {
    byte[] bytes = new byte[length];
    bytes[0] = (byte) type;
    return SignedPreKey.newBuilder()
        .setId(1)
        .setPublicKey(ByteString.copyFrom(bytes))
        .setSignature(ByteString.copyFrom(new byte[64]))
        .build();
  }
}
