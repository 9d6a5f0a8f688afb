package sotto.chain.testing;

import java.security.KeyPair;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.ChallengeBytes;
import sotto.chain.Change;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.Ed25519KeyPairs;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.Link;
import sotto.chain.LinkBody;
import sotto.chain.LinkSigner;
import sotto.chain.Signer;

/// An account for tests that knows all its private keys and signs its own links.
///
/// The same seed gives the same account. Identity keys and proofs are random bytes of the right
/// size, which pass every check of this module. Not safe for use by many threads.
public final class TestAccount {
  private static final long CREATED_AT = 1_700_000_000_000L;

  private final Random random;
  private final Map<DeviceId, KeyPair> deviceKeys = new HashMap<>();
  private KeyPair recoveryKeys;
  private AccountChain chain;

  private TestAccount(long seed) {
    random = new Random(seed);
    KeyPair first = keyPair();
    recoveryKeys = keyPair();
    deviceKeys.put(DeviceId.FIRST, first);
    Link link0 =
        LinkBody.found(entry(DeviceId.FIRST, first), publicKey(recoveryKeys), CREATED_AT)
            .sign(LinkSigner.of(first.getPrivate()), LinkSigner.of(recoveryKeys.getPrivate()));
    chain = extended(AccountChain.found(link0));
  }

  /// Founds an account.
  public static TestAccount found(long seed) {
    return new TestAccount(seed);
  }

  /// Adds the next device, signed by device 1.
  ///
  /// @return its number
  public DeviceId addDevice() {
    DeviceId device = chain.nextDevice().orElseThrow();
    KeyPair keys = keyPair();
    append(
        device(DeviceId.FIRST), new Change.AddDevice(entry(device, keys)), signer(DeviceId.FIRST));
    deviceKeys.put(device, keys);
    return device;
  }

  /// Adds the next device, signed by the recovery key, as who has lost all devices does.
  ///
  /// @return its number
  public DeviceId recover() {
    DeviceId device = chain.nextDevice().orElseThrow();
    KeyPair keys = keyPair();
    append(new Signer.RecoveryKey(), new Change.AddDevice(entry(device, keys)), recoverySigner());
    deviceKeys.put(device, keys);
    return device;
  }

  /// Removes a device, signed by the recovery key.
  public void removeDevice(DeviceId device) {
    append(new Signer.RecoveryKey(), new Change.RemoveDevice(device), recoverySigner());
  }

  /// Takes another recovery key, signed by device 1 and the old one.
  public void replaceRecoveryKey() {
    KeyPair next = keyPair();
    append(
        device(DeviceId.FIRST),
        new Change.ReplaceRecoveryKey(publicKey(next)),
        signer(DeviceId.FIRST),
        recoverySigner());
    recoveryKeys = next;
  }

  /// Ends the account, signed by the recovery key.
  public void delete() {
    append(new Signer.RecoveryKey(), new Change.DeleteAccount(), recoverySigner());
  }

  /// Signs a link that follows the head, without appending it.
  public Link sign(Signer signer, Change change, LinkSigner... signers) {
    return LinkBody.next(chain, signer, change, CREATED_AT).sign(signers);
  }

  private void append(Signer signer, Change change, LinkSigner... signers) {
    chain = extended(chain.append(sign(signer, change, signers)));
  }

  private static AccountChain extended(AccountChain.Outcome outcome) {
    return switch (outcome) {
      case AccountChain.Extended(AccountChain longer) -> longer;
      case AccountChain.AlreadyThere _, AccountChain.Refused _ ->
          throw new IllegalArgumentException("the link does not fit: " + outcome);
    };
  }

  /// A device's answer to a challenge.
  public byte[] answer(String serverName, String purpose, byte[] challenge, DeviceId device) {
    return signer(device).sign(ChallengeBytes.of(serverName, purpose, challenge, address(device)));
  }

  /// A device entry with fresh keys, of which the private ones are lost.
  public DeviceEntry strangeEntry(DeviceId device) {
    return entry(device, keyPair());
  }

  private DeviceEntry entry(DeviceId device, KeyPair keys) {
    return new DeviceEntry(
        device,
        randomBytes(DeviceEntry.IDENTITY_KEY_LENGTH),
        publicKey(keys),
        randomBytes(DeviceEntry.IDENTITY_PROOF_LENGTH));
  }

  private Bytes randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return Bytes.of(bytes);
  }

  /// A signer's name for a device.
  public static Signer device(DeviceId device) {
    return new Signer.Device(device);
  }

  /// Signs with a device's authentication key.
  ///
  /// @throws IllegalArgumentException if the device was never added
  public LinkSigner signer(DeviceId device) {
    KeyPair keys = deviceKeys.get(device);
    if (keys == null) {
      throw new IllegalArgumentException("no device " + device);
    }
    return LinkSigner.of(keys.getPrivate());
  }

  /// Signs with the recovery key now valid.
  public LinkSigner recoverySigner() {
    return LinkSigner.of(recoveryKeys.getPrivate());
  }

  /// The chain so far.
  public AccountChain chain() {
    return chain;
  }

  /// The account.
  public AccountId id() {
    return chain.id();
  }

  /// A device's address.
  public DeviceAddress address(DeviceId device) {
    return new DeviceAddress(id(), device);
  }

  /// A fresh key pair from this account's seed.
  public KeyPair keyPair() {
    return Ed25519KeyPairs.generate(random);
  }

  /// The public half.
  public static Ed25519PublicKey publicKey(KeyPair keys) {
    return Ed25519PublicKey.of(keys.getPublic());
  }
}
