package sotto.crypto;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.signal.libsignal.protocol.IdentityKey;
import org.signal.libsignal.protocol.IdentityKeyPair;
import org.signal.libsignal.protocol.InvalidKeyException;
import org.signal.libsignal.protocol.SignalProtocolAddress;
import org.signal.libsignal.protocol.state.IdentityKeyStore;
import sotto.chain.Bytes;

/// The keys of one wrapper: one's own, and when one is made the recipient's.
record WrapperKeys(IdentityKeyPair own, Optional<Bytes> recipient) implements IdentityKeyStore {
  @Override
  public IdentityKeyPair getIdentityKeyPair() {
    return own;
  }

  @Override
  public int getLocalRegistrationId() {
    return 0;
  }

  @Override
  public IdentityChange saveIdentity(SignalProtocolAddress address, IdentityKey key) {
    return IdentityChange.NEW_OR_UNCHANGED;
  }

  @Override
  public boolean isTrustedIdentity(
      SignalProtocolAddress address, IdentityKey key, Direction direction) {
    return true;
  }

  @Override
  public @Nullable IdentityKey getIdentity(SignalProtocolAddress address) {
    if (recipient.isEmpty()) {
      return null;
    }
    try {
      return new IdentityKey(recipient.get().toArray());
    } catch (InvalidKeyException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return "WrapperKeys";
  }
}
