package sotto.crypto;

import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.signal.libsignal.protocol.InvalidMessageException;
import org.signal.libsignal.protocol.SignalProtocolAddress;
import org.signal.libsignal.protocol.groups.state.SenderKeyRecord;
import org.signal.libsignal.protocol.groups.state.SenderKeyStore;
import sotto.chain.DeviceAddress;

/// One operation of the library on the key of one device. The record is read once and written by
/// [#commit] alone; a damaged one counts as none, and the next distribution heals it.
final class SenderKeyAdapter implements SenderKeyStore {
  private final sotto.crypto.SenderKeyStore store;
  private final DeviceAddress sender;
  private final UUID distribution;
  private final Optional<byte[]> before;
  private Optional<byte[]> after = Optional.empty();

  SenderKeyAdapter(sotto.crypto.SenderKeyStore store, DeviceAddress sender, UUID distribution) {
    this.store = store;
    this.sender = sender;
    this.distribution = distribution;
    this.before = store.senderKey(sender, distribution);
  }

  boolean known() {
    return record() != null;
  }

  void commit() {
    after.ifPresent(record -> store.putSenderKey(sender, distribution, record));
  }

  private @Nullable SenderKeyRecord record() {
    Optional<byte[]> now = after.or(() -> before);
    try {
      return now.isEmpty() ? null : new SenderKeyRecord(now.get());
    } catch (InvalidMessageException e) {
      return null;
    }
  }

  @Override
  public void storeSenderKey(SignalProtocolAddress from, UUID id, SenderKeyRecord record) {
    after = Optional.of(record.serialize());
  }

  @Override
  public @Nullable SenderKeyRecord loadSenderKey(SignalProtocolAddress from, UUID id) {
    return record();
  }
}
