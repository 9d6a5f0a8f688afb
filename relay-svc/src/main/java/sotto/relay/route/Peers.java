package sotto.relay.route;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.opentelemetry.api.trace.Tracer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import sotto.chain.DeviceAddress;
import sotto.peer.v1.Forward;
import sotto.relay.mailbox.Mailboxes;
import sotto.relay.time.Wheel;

/// The other relays that this one forwards to, by name. A link that has had nothing to do for
/// minutes is dropped: relays come and go under new names. Thread-safe.
final class Peers {
  static final long IDLE_MILLIS = 300_000;
  private static final long SWEEP_MILLIS = 60_000;

  private final Function<String, Optional<Channel>> channels;
  private final Wheel wheel;
  private final PeerLink.Lost lost;
  private final Tracer tracer;
  private final ConcurrentHashMap<String, PeerLink> links = new ConcurrentHashMap<>();
  private volatile boolean closed;

  Peers(
      Function<String, Optional<Channel>> channels,
      Wheel wheel,
      PeerLink.Lost lost,
      Tracer tracer) {
    this.channels = channels;
    this.wheel = wheel;
    this.lost = lost;
    this.tracer = tracer;
    wheel.every(PeerLink.SILENCE_MILLIS / 4, () -> links.values().forEach(PeerLink::watch));
    wheel.every(
        SWEEP_MILLIS,
        () -> links.forEach((relay, link) -> link.closeIfIdle(() -> links.remove(relay, link))));
  }

  /// Forwards to one relay, together. An envelope that several of them carry travels once.
  void forward(String relay, List<Addressed> pushes) {
    to(relay).ifPresent(link -> link.forward(pushes));
  }

  void ephemeral(String relay, DeviceAddress device, ByteString envelope) {
    to(relay).ifPresent(link -> link.hint(start(device).setEphemeral(envelope)));
  }

  void wake(String relay, DeviceAddress device) {
    to(relay).ifPresent(link -> link.wake(device));
  }

  /// Makes a relay check whether the devices of an account are still in its chain.
  ///
  /// @param device one of them that is there
  void check(String relay, DeviceAddress device) {
    to(relay).ifPresent(link -> link.check(device));
  }

  /// Ends all links.
  ///
  /// @return whether one of them owes something
  boolean close() {
    closed = true;
    boolean owes = false;
    for (var link : links.values()) {
      owes |= link.close();
    }
    return owes;
  }

  /// How many relays there are links to.
  int size() {
    return links.size();
  }

  private Optional<PeerLink> to(String relay) {
    if (closed) {
      return Optional.empty();
    }
    var known = links.get(relay);
    if (known != null) {
      return Optional.of(known);
    }
    return channels
        .apply(relay)
        .map(channel ->
            links.computeIfAbsent(relay, _ -> new PeerLink(channel, wheel, lost, tracer)));
  }

  static Forward.Builder start(DeviceAddress device) {
    return Forward.newBuilder()
        .setAccountId(Mailboxes.bytes(device.account()))
        .setDevice(device.device().number());
  }
}
