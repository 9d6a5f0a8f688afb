package sotto.store.write;

import com.google.protobuf.ByteString;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.Bytes;

/// An envelope for one device, on its way into the mailbox.
///
/// First it asks for a place; [InboxRows#flush] finds out whether it got it or had one already.
public final class InboxRow {
  final AccountId account;
  final DeviceState device;
  final long position;
  final byte[] dedupe;
  final Optional<Bytes> sender;
  final ByteString envelope;
  private StoredAt place = new StoredAt(0, 0, 0, true);

  /// Where an envelope is.
  ///
  /// @param position its place
  /// @param previous the device's position before it
  /// @param acceptedAt when it became durable, milliseconds since 1970
  /// @param fresh false if an earlier try stored it
  public record StoredAt(long position, long previous, long acceptedAt, boolean fresh) {
    /// What an earlier try stored. The one before it is not known any more: the place just below it
    /// is never another envelope of this device that was not pushed.
    static StoredAt earlier(long position, long acceptedAt) {
      return new StoredAt(position, position - 1, acceptedAt, false);
    }
  }

  InboxRow(
      AccountId account,
      DeviceState device,
      long position,
      byte[] dedupe,
      Optional<Bytes> sender,
      ByteString envelope) {
    this.account = account;
    this.device = device;
    this.position = position;
    this.dedupe = dedupe;
    this.sender = sender;
    this.envelope = envelope;
  }

  /// The device's number.
  public int device() {
    return device.device;
  }

  /// Where the envelope is; known once the rows are flushed.
  public StoredAt place() {
    return place;
  }

  void place(StoredAt found) {
    this.place = found;
  }
}
