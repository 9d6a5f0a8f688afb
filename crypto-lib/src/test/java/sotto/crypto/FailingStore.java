package sotto.crypto;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

/// A store whose n-th call fails, as a full disk would make it.
final class FailingStore implements SessionStore {
  static final class Full extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private final SessionStore store;
  private final int failAt;
  private int calls;

  FailingStore(SessionStore store, int failAt) {
    this.store = store;
    this.failAt = failAt;
  }

  /// How many calls an operation makes; it works on a copy.
  static int calls(TestDevice device, Consumer<SessionCrypto> operation) {
    FailingStore counting = new FailingStore(device.store.copy(), Integer.MAX_VALUE);
    operation.accept(device.crypto(counting));
    return counting.calls;
  }

  private SessionStore next() {
    if (++calls == failAt) {
      throw new Full();
    }
    return store;
  }

  @Override
  public Optional<byte[]> session(DeviceAddress peer) {
    return next().session(peer);
  }

  @Override
  public void putSession(DeviceAddress peer, byte[] record) {
    next().putSession(peer, record);
  }

  @Override
  public void deleteSession(DeviceAddress peer) {
    next().deleteSession(peer);
  }

  @Override
  public List<DeviceId> sessionDevices(AccountId account) {
    return next().sessionDevices(account);
  }

  @Override
  public List<DeviceAddress> sessions() {
    return next().sessions();
  }

  @Override
  public Optional<byte[]> oneTimePreKey(int id) {
    return next().oneTimePreKey(id);
  }

  @Override
  public void removeOneTimePreKey(int id) {
    next().removeOneTimePreKey(id);
  }

  @Override
  public Optional<byte[]> signedPreKey(int id) {
    return next().signedPreKey(id);
  }

  @Override
  public Optional<KyberPreKey> kyberPreKey(int id) {
    return next().kyberPreKey(id);
  }

  @Override
  public void removeKyberPreKey(int id) {
    next().removeKyberPreKey(id);
  }

  @Override
  public boolean markLastResortUsed(int kyberId, int signedId, byte[] baseKey) {
    return next().markLastResortUsed(kyberId, signedId, baseKey);
  }

  @Override
  public Optional<byte[]> identityOf(DeviceAddress peer) {
    return next().identityOf(peer);
  }
}
