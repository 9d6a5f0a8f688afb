package sotto.crypto;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import org.signal.libsignal.protocol.IdentityKey;
import org.signal.libsignal.protocol.IdentityKeyPair;
import org.signal.libsignal.protocol.InvalidKeyException;
import org.signal.libsignal.protocol.ecc.ECPrivateKey;
import org.signal.libsignal.protocol.util.KeyHelper;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.ChallengeBytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.IdentityProofBytes;
import sotto.chain.LinkSigner;

/// The private keys of one device: its Signal identity key and its Ed25519 authentication key, with
/// the registration id.
///
/// Closing wipes what is held here; nothing works afterwards. Copies inside libsignal's native
/// memory live until the garbage collector frees their Java owners, and are not wiped. Not safe for
/// use by many threads.
public final class DeviceKeys implements AutoCloseable {
  /// The largest registration id: 14 bits.
  public static final int MAX_REGISTRATION_ID = 0x3fff;

  private static final byte VERSION = 1;
  private static final int IDENTITY_LENGTH = 32;
  private static final int SERIALIZED_LENGTH =
      1 + Short.BYTES + IDENTITY_LENGTH + DeviceEntry.IDENTITY_KEY_LENGTH + Ed25519Secret.LENGTH;

  private final int registrationId;
  private final byte[] identityPrivate;
  private final byte[] identityPublic;
  private final Ed25519Secret auth;
  private boolean closed;

  private DeviceKeys(
      int registrationId, byte[] identityPrivate, byte[] identityPublic, Ed25519Secret auth) {
    this.registrationId = registrationId;
    this.identityPrivate = identityPrivate;
    this.identityPublic = identityPublic;
    this.auth = auth;
  }

  /// New keys and a new registration id.
  ///
  /// @param random makes the authentication key; the identity key and the registration id come from
  ///   libsignal's own source of randomness
  public static DeviceKeys generate(SecureRandom random) {
    IdentityKeyPair identity = IdentityKeyPair.generate();
    return new DeviceKeys(
        KeyHelper.generateRegistrationId(false),
        identity.getPrivateKey().serialize(),
        identity.getPublicKey().serialize(),
        Ed25519Secret.generate(random));
  }

  /// Reads what [#serialize] wrote. The array is left as it is: the caller's to wipe.
  ///
  /// @throws IllegalArgumentException if it is anything else
  public static DeviceKeys parse(byte[] serialized) {
    if (serialized.length != SERIALIZED_LENGTH || serialized[0] != VERSION) {
      throw new IllegalArgumentException("not the keys of a device, or of another version");
    }
    ByteBuffer in = ByteBuffer.wrap(serialized).position(1);
    int registrationId = Short.toUnsignedInt(in.getShort());
    byte[] identityPrivate = take(in, IDENTITY_LENGTH);
    byte[] identityPublic = take(in, DeviceEntry.IDENTITY_KEY_LENGTH);
    byte[] seed = take(in, Ed25519Secret.LENGTH);
    try {
      byte[] derived = new ECPrivateKey(identityPrivate).publicKey().serialize();
      if (registrationId < 1
          || registrationId > MAX_REGISTRATION_ID
          || !MessageDigest.isEqual(derived, identityPublic)) {
        throw new IllegalArgumentException("the keys of a device do not fit together");
      }
      return new DeviceKeys(
          registrationId, identityPrivate, identityPublic, new Ed25519Secret(seed));
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException("not the keys of a device", e);
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }

  private static byte[] take(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  /// All of it as bytes, for an encrypted store only; the caller's to wipe.
  ///
  /// ```
  /// version 1 ‖ registration id 2 ‖ identity private 32 ‖ identity public 33 ‖ authentication private 32
  /// ```
  public byte[] serialize() {
    requireOpen();
    byte[] seed = auth.seed();
    try {
      return ByteBuffer.allocate(SERIALIZED_LENGTH)
          .put(VERSION)
          .putShort((short) registrationId)
          .put(identityPrivate)
          .put(identityPublic)
          .put(seed)
          .array();
    } finally {
      Arrays.fill(seed, (byte) 0);
    }
  }

  /// 14 random bits, 1 to 16,383, that tell one installation from another.
  public int registrationId() {
    return registrationId;
  }

  /// The 33 bytes of the identity key's public half.
  public byte[] identityPublicKey() {
    return identityPublic.clone();
  }

  /// The public half of the authentication key.
  public Ed25519PublicKey authPublicKey() {
    return auth.publicKey();
  }

  /// Answers a server's challenge: the authentication key's signature over [ChallengeBytes].
  ///
  /// @param serverName the server's name as the client was told it
  /// @param purpose what the answer is for
  /// @param challenge the server's bytes
  /// @param address this device
  /// @return 64 bytes
  /// @throws IllegalArgumentException if one is out of the bounds of [ChallengeBytes]
  public byte[] signChallenge(
      String serverName, String purpose, byte[] challenge, DeviceAddress address) {
    return auth.sign(ChallengeBytes.of(serverName, purpose, challenge, address));
  }

  /// Signs links with the authentication key until these keys are closed.
  public LinkSigner signer() {
    return auth::sign;
  }

  /// What link 0 says about this device, identity proof included.
  public DeviceEntry foundingEntry() {
    return entry(DeviceId.FIRST, IdentityProofBytes.founding(authPublicKey()));
  }

  /// What a link says that adds this device to an account, identity proof included.
  public DeviceEntry joiningEntry(AccountId account, DeviceId device) {
    return entry(device, IdentityProofBytes.joining(account, authPublicKey()));
  }

  private DeviceEntry entry(DeviceId device, byte[] proofBytes) {
    byte[] proof = identityKeyPair().getPrivateKey().calculateSignature(proofBytes);
    return new DeviceEntry(device, Bytes.of(identityPublic), authPublicKey(), Bytes.of(proof));
  }

  IdentityKeyPair identityKeyPair() {
    requireOpen();
    try {
      return new IdentityKeyPair(
          new IdentityKey(identityPublic), new ECPrivateKey(identityPrivate));
    } catch (InvalidKeyException e) {
      throw new IllegalStateException("checked before", e);
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the keys were wiped");
    }
  }

  @Override
  public void close() {
    closed = true;
    Arrays.fill(identityPrivate, (byte) 0);
    auth.close();
  }

  @Override
  public String toString() {
    return "DeviceKeys[" + SERIALIZED_LENGTH + " bytes]";
  }
}
