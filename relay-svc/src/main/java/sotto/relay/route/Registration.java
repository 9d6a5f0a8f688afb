package sotto.relay.route;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.presence.v1.Change;
import sotto.presence.v1.Connected;
import sotto.presence.v1.Disconnected;
import sotto.presence.v1.Published;
import sotto.relay.mailbox.Mailboxes;

/// One stream as presence knows it.
///
/// Identity counts, not content: a device may have two for a moment. What changes is touched in the
/// turn of [PresencePods] only.
public final class Registration implements Entry {
  private final DeviceAddress device;
  private final long connectionNumber;
  private final Runnable confirmed;
  private final Places places = new Places();
  private Optional<Published> published = Optional.empty();
  private boolean known;

  /// A registration that presence has not heard of.
  ///
  /// @param device whose stream it is
  /// @param connectionNumber the stream's
  /// @param confirmed called when presence has acknowledged it (protocol C4), and again when it has
  ///   after no pod had it: what was sent to the device in between is in its mailbox only; must not
  ///   block
  public Registration(DeviceAddress device, long connectionNumber, Runnable confirmed) {
    this.device = device;
    this.connectionNumber = connectionNumber;
    this.confirmed = confirmed;
  }

  @Override
  public AccountId account() {
    return device.account();
  }

  @Override
  public Places places() {
    return places;
  }

  /// Whether presence has acknowledged it and has had it since.
  boolean known() {
    return known;
  }

  void confirm() {
    known = true;
    confirmed.run();
  }

  void forgotten() {
    known = false;
  }

  /// Says who may see the stream.
  ///
  /// @return the change
  Change publish(boolean visible, List<ByteString> accessKeyHashes) {
    var now =
        Published.newBuilder()
            .setAccountId(Mailboxes.bytes(device.account()))
            .setDevice(device.device().number())
            .setConnectionNumber(connectionNumber)
            .setVisible(visible)
            .addAllAccessKeyHashes(accessKeyHashes)
            .build();
    published = Optional.of(now);
    return Change.newBuilder().setPublished(now).build();
  }

  @Override
  public List<Change> arrival() {
    var connected =
        Change.newBuilder()
            .setConnected(
                Connected.newBuilder()
                    .setAccountId(Mailboxes.bytes(device.account()))
                    .setDevice(device.device().number())
                    .setConnectionNumber(connectionNumber))
            .build();
    return published
        .map(seen -> List.of(connected, Change.newBuilder().setPublished(seen).build()))
        .orElse(List.of(connected));
  }

  @Override
  public Change departure() {
    return Change.newBuilder()
        .setDisconnected(
            Disconnected.newBuilder()
                .setAccountId(Mailboxes.bytes(device.account()))
                .setDevice(device.device().number())
                .setConnectionNumber(connectionNumber))
        .build();
  }
}
