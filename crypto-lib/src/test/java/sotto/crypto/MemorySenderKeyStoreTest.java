package sotto.crypto;

final class MemorySenderKeyStoreTest extends SenderKeyStoreContract {
  @Override
  protected SenderKeyStore newStore() {
    return new MemorySenderKeyStore();
  }
}
