package sotto.relay.route;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import sotto.chain.DeviceAddress;
import sotto.peer.v1.Forward;
import sotto.peer.v1.StoredEnvelope;
import sotto.peer.v1.Wake;
import sotto.relay.delivery.Push;
import sotto.relay.mailbox.Mailboxes;
import sotto.relay.time.Wheel;

/// The other relays that this one forwards to, by name. Thread-safe.
final class Peers {
  private final Function<String, Optional<Channel>> channels;
  private final Wheel wheel;
  private final Consumer<DeviceAddress> lost;
  private final ConcurrentHashMap<String, PeerLink> links = new ConcurrentHashMap<>();

  Peers(Function<String, Optional<Channel>> channels, Wheel wheel, Consumer<DeviceAddress> lost) {
    this.channels = channels;
    this.wheel = wheel;
    this.lost = lost;
  }

  void forward(String relay, DeviceAddress device, Push push) {
    var delivery = push.delivery();
    to(relay)
        .ifPresent(link ->
            link.forward(
                device,
                start(device)
                    .setStored(
                        StoredEnvelope.newBuilder()
                            .setPosition(delivery.getPosition())
                            .setPrevious(push.previous())
                            .setAcceptedAtMs(delivery.getAcceptedAtMs())
                            .setEnvelope(delivery.getEnvelope()))));
  }

  void ephemeral(String relay, DeviceAddress device, ByteString envelope) {
    to(relay).ifPresent(link -> link.hint(start(device).setEphemeral(envelope)));
  }

  void wake(String relay, DeviceAddress device) {
    to(relay).ifPresent(link -> link.wake(device));
  }

  private Optional<PeerLink> to(String relay) {
    var known = links.get(relay);
    if (known != null) {
      return Optional.of(known);
    }
    return channels
        .apply(relay)
        .map(channel -> links.computeIfAbsent(relay, _ -> new PeerLink(channel, wheel, lost)));
  }

  static Forward.Builder start(DeviceAddress device) {
    return Forward.newBuilder()
        .setAccountId(Mailboxes.bytes(device.account()))
        .setDevice(device.device().number());
  }

  static Forward.Builder wakeOf(DeviceAddress device) {
    return start(device).setWake(Wake.getDefaultInstance());
  }
}
