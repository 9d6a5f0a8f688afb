package sotto.crypto;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import sotto.chain.DeviceAddress;

/// A [SenderKeyStore] in memory, for tests and trials: it forgets everything with the process.
///
/// Not safe for use by many threads.
public final class MemorySenderKeyStore implements SenderKeyStore {
  private record Id(DeviceAddress sender, UUID distribution) {}

  private final Map<Id, byte[]> records = new HashMap<>();

  /// An empty store.
  public MemorySenderKeyStore() {}

  @Override
  public Optional<byte[]> senderKey(DeviceAddress sender, UUID distribution) {
    return Optional.ofNullable(records.get(new Id(sender, distribution))).map(byte[]::clone);
  }

  @Override
  public void putSenderKey(DeviceAddress sender, UUID distribution, byte[] record) {
    records.put(new Id(sender, distribution), record.clone());
  }
}
