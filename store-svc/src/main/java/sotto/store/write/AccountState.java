package sotto.store.write;

import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import sotto.chain.AccountId;
import sotto.chain.Bytes;

/// What the owner knows of one account that has not ended: its exact device list (protocol B7).
/// Belongs to the writer's thread; other threads may look devices up.
public final class AccountState {
  private final AccountId id;
  private final SortedMap<Integer, DeviceState> devices = new ConcurrentSkipListMap<>();
  private int chainSequence;
  private boolean lockedOut;
  private Optional<Bytes> accessKeyHash = Optional.empty();

  /// An account without devices yet.
  public AccountState(AccountId id, int chainSequence) {
    this.id = id;
    this.chainSequence = chainSequence;
  }

  /// The account.
  public AccountId id() {
    return id;
  }

  /// The sequence of its chain.
  public int chainSequence() {
    return chainSequence;
  }

  /// Its devices by number; changes write through.
  public SortedMap<Integer, DeviceState> devices() {
    return devices;
  }

  /// A device that is known to be in the list.
  ///
  /// @throws IllegalStateException if it is not
  public DeviceState listed(int device) {
    DeviceState state = devices.get(device);
    if (state == null) {
      throw new IllegalStateException("the device is not in the list");
    }
    return state;
  }

  /// Notes a longer chain.
  public void chainSequence(int sequence) {
    this.chainSequence = sequence;
  }

  /// Whether an operator has disabled it.
  public boolean lockedOut() {
    return lockedOut;
  }

  void lockOut() {
    lockedOut = true;
  }

  /// SHA-256 of the key that lets in who does not say who they are; empty = not known here.
  Optional<Bytes> accessKeyHash() {
    return accessKeyHash;
  }

  void accessKeyHash(Bytes hash) {
    accessKeyHash = Optional.of(hash);
  }

  void settle() {
    devices.values().forEach(DeviceState::settle);
  }
}
