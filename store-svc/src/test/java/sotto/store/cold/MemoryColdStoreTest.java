package sotto.store.cold;

import sotto.store.testing.ColdFault;
import sotto.store.testing.MemoryColdStore;

/// The fake keeps the contract.
final class MemoryColdStoreTest implements ColdStoreContract {
  private final MemoryColdStore store = new MemoryColdStore();

  @Override
  public ColdStore store() {
    return store;
  }

  @Override
  public void cutOff() {
    store.failing(() -> ColdFault.UNAVAILABLE);
  }
}
