package sotto.crypto;

import java.util.Optional;
import org.signal.libsignal.protocol.IdentityKey;
import org.signal.libsignal.protocol.InvalidKeyException;
import org.signal.libsignal.protocol.ecc.ECPublicKey;
import org.signal.libsignal.protocol.kem.KEMPublicKey;
import org.signal.libsignal.protocol.state.PreKeyBundle;

/// The keys of a [Bundle] as the library's objects.
record BundleKeys(
    Bundle bundle,
    IdentityKey identity,
    ECPublicKey signedPreKey,
    KEMPublicKey kyberPreKey,
    Optional<ECPublicKey> oneTimePreKey) {

  /// A key is no key, or a number is out of its bounds.
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String what) {
      super(what);
    }

    Malformed(Throwable cause) {
      super(cause);
    }
  }

  static BundleKeys parse(Bundle bundle) throws Malformed {
    if (bundle.registrationId() < 1
        || bundle.registrationId() > DeviceKeys.MAX_REGISTRATION_ID
        || !isId(bundle.signedPreKey().id())
        || !isId(bundle.kyberPreKey().id())
        || !bundle.oneTimePreKey().map(k -> isId(k.id())).orElse(true)) {
      throw new Malformed("a number is out of its bounds");
    }
    try {
      Optional<ECPublicKey> oneTime =
          bundle.oneTimePreKey().isPresent()
              ? Optional.of(new ECPublicKey(bundle.oneTimePreKey().get().key()))
              : Optional.empty();
      return new BundleKeys(
          bundle,
          new IdentityKey(bundle.identityKey()),
          new ECPublicKey(bundle.signedPreKey().key()),
          new KEMPublicKey(bundle.kyberPreKey().key()),
          oneTime);
    } catch (InvalidKeyException | RuntimeException | AssertionError e) {
      throw new Malformed(e);
    }
  }

  private static boolean isId(int id) {
    return id >= 0 && id <= PreKeys.MAX_ID;
  }

  boolean signed() {
    ECPublicKey key = identity.getPublicKey();
    return key.verifySignature(bundle.signedPreKey().key(), bundle.signedPreKey().signature())
        && key.verifySignature(bundle.kyberPreKey().key(), bundle.kyberPreKey().signature());
  }

  PreKeyBundle toLibrary() {
    return new PreKeyBundle(
        bundle.registrationId(),
        bundle.address().device().number(),
        bundle.oneTimePreKey().map(Bundle.OneTimeKey::id).orElse(PreKeyBundle.NULL_PRE_KEY_ID),
        oneTimePreKey.orElse(null),
        bundle.signedPreKey().id(),
        signedPreKey,
        bundle.signedPreKey().signature(),
        identity,
        bundle.kyberPreKey().id(),
        kyberPreKey,
        bundle.kyberPreKey().signature());
  }
}
