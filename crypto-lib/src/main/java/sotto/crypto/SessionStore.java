package sotto.crypto;

import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

/// What the Signal protocol keeps between messages, persisted by the caller in the caller's current
/// transaction.
///
/// [SessionCrypto] calls it on the thread on which it was called itself, and writes only when the
/// whole operation has succeeded: after a refused message nothing has changed. Every method may be
/// called from native code, so it must not wait for a network. An unchecked exception from any
/// method comes out of [SessionCrypto] as itself; the transaction is then to be rolled back.
///
/// Records are secret and opaque. Arrays are neither kept by the callee nor changed by the caller
/// afterwards. [MemorySessionStore] is the shipped fake; `SessionStoreContract` in the test jar is
/// what every store must pass.
public interface SessionStore {
  /// The session with a peer's device.
  Optional<byte[]> session(DeviceAddress peer);

  /// Keeps a session in place of the one before.
  void putSession(DeviceAddress peer, byte[] record);

  /// Forgets a session; does nothing if there is none.
  void deleteSession(DeviceAddress peer);

  /// The devices of an account with which there is a session, in any order.
  List<DeviceId> sessionDevices(AccountId account);

  /// Every device with which there is a session, in any order.
  List<DeviceAddress> sessions();

  /// The private record of one of our one-time EC pre-keys.
  Optional<byte[]> oneTimePreKey(int id);

  /// Forgets a one-time EC pre-key for good; does nothing if there is none.
  void removeOneTimePreKey(int id);

  /// The private record of one of our signed pre-keys, also of a replaced one as long as it is
  /// kept.
  Optional<byte[]> signedPreKey(int id);

  /// One of our Kyber pre-keys, one-time or last-resort, also a replaced one as long as it is kept.
  Optional<KyberPreKey> kyberPreKey(int id);

  /// Forgets a one-time Kyber pre-key for good; does nothing if there is none.
  void removeKyberPreKey(int id);

  /// Notes that a session was started with a last-resort Kyber pre-key.
  ///
  /// @param kyberId the last-resort key
  /// @param signedId the signed pre-key used with it
  /// @param baseKey 33 bytes, the sender's one-time key
  /// @return false if exactly this was noted before: a replay. Notes are kept as long as the
  ///   last-resort key is
  boolean markLastResortUsed(int kyberId, int signedId, byte[] baseKey);

  /// The 33-byte identity key that the newest known chain of the peer's account names for this
  /// device: the only source of trust. Empty where the account or the device is unknown or the
  /// device was removed.
  Optional<byte[]> identityOf(DeviceAddress peer);
}
