package sotto.crypto;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import sotto.chain.AccountChain;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;

/// A [SessionStore] in memory, for tests and trials: it forgets everything with the process.
///
/// Not safe for use by many threads.
public final class MemorySessionStore implements SessionStore {
  private record LastResortUse(int kyberId, int signedId, Bytes baseKey) {}

  private final Map<DeviceAddress, byte[]> sessions = new HashMap<>();
  private final Map<Integer, byte[]> oneTimePreKeys = new HashMap<>();
  private final Map<Integer, byte[]> signedPreKeys = new HashMap<>();
  private final Map<Integer, KyberPreKey> kyberPreKeys = new HashMap<>();
  private final Set<LastResortUse> lastResortUses = new HashSet<>();
  private final Map<DeviceAddress, byte[]> identities = new HashMap<>();

  /// An empty store.
  public MemorySessionStore() {}

  /// A copy that changes by itself from here on, as a transaction would before it is rolled back.
  public MemorySessionStore copy() {
    MemorySessionStore copy = new MemorySessionStore();
    copy.sessions.putAll(sessions);
    copy.oneTimePreKeys.putAll(oneTimePreKeys);
    copy.signedPreKeys.putAll(signedPreKeys);
    copy.kyberPreKeys.putAll(kyberPreKeys);
    copy.lastResortUses.addAll(lastResortUses);
    copy.identities.putAll(identities);
    return copy;
  }

  /// Takes the devices of a chain as the newest known.
  public void trust(AccountChain chain) {
    identities.keySet().removeIf(a -> a.account().equals(chain.id()));
    for (DeviceEntry device : chain.devices()) {
      identities.put(
          new DeviceAddress(chain.id(), device.device()), device.identityKey().toArray());
    }
  }

  /// Says which identity key a device has.
  public void trust(DeviceAddress peer, byte[] identityKey) {
    identities.put(peer, identityKey.clone());
  }

  /// Says that a device is not known.
  public void distrust(DeviceAddress peer) {
    identities.remove(peer);
  }

  /// Keeps one of our one-time EC pre-keys.
  public void putOneTimePreKey(int id, byte[] record) {
    oneTimePreKeys.put(id, record.clone());
  }

  /// Keeps one of our signed pre-keys.
  public void putSignedPreKey(int id, byte[] record) {
    signedPreKeys.put(id, record.clone());
  }

  /// Keeps one of our Kyber pre-keys.
  public void putKyberPreKey(int id, KyberPreKey key) {
    kyberPreKeys.put(id, key);
  }

  @Override
  public Optional<byte[]> session(DeviceAddress peer) {
    return copied(sessions.get(peer));
  }

  @Override
  public void putSession(DeviceAddress peer, byte[] record) {
    sessions.put(peer, record.clone());
  }

  @Override
  public void deleteSession(DeviceAddress peer) {
    sessions.remove(peer);
  }

  @Override
  public List<DeviceId> sessionDevices(AccountId account) {
    return sessions.keySet().stream()
        .filter(peer -> peer.account().equals(account))
        .map(DeviceAddress::device)
        .toList();
  }

  @Override
  public List<DeviceAddress> sessions() {
    return List.copyOf(sessions.keySet());
  }

  @Override
  public Optional<byte[]> oneTimePreKey(int id) {
    return copied(oneTimePreKeys.get(id));
  }

  @Override
  public void removeOneTimePreKey(int id) {
    oneTimePreKeys.remove(id);
  }

  @Override
  public Optional<byte[]> signedPreKey(int id) {
    return copied(signedPreKeys.get(id));
  }

  @Override
  public Optional<KyberPreKey> kyberPreKey(int id) {
    return Optional.ofNullable(kyberPreKeys.get(id));
  }

  @Override
  public void removeKyberPreKey(int id) {
    kyberPreKeys.remove(id);
  }

  @Override
  public boolean markLastResortUsed(int kyberId, int signedId, byte[] baseKey) {
    return lastResortUses.add(new LastResortUse(kyberId, signedId, Bytes.of(baseKey)));
  }

  @Override
  public Optional<byte[]> identityOf(DeviceAddress peer) {
    return copied(identities.get(peer));
  }

  private static Optional<byte[]> copied(byte @org.jspecify.annotations.Nullable [] bytes) {
    return bytes == null ? Optional.empty() : Optional.of(bytes.clone());
  }
}
