package sotto.relay.route;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.opentelemetry.api.trace.Tracer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.Appended;
import sotto.mailbox.v1.DeviceAppend;
import sotto.mailbox.v1.StoredAt;
import sotto.presence.v1.Location;
import sotto.relay.delivery.Push;
import sotto.relay.time.Wheel;

/// Brings what has been stored to the streams of its devices: on this relay at once, on others over
/// the peer streams.
///
/// Presence is asked after the append and not before: a device that registers later reads the
/// mailbox later (protocol P3). Thread-safe; nothing blocks.
public final class Router implements Forwarder {
  private final String self;
  private final LocalStreams local;
  private final Locations locations;
  private final Peers peers;
  private final Owed owed;

  /// A router.
  ///
  /// @param self this relay's name
  /// @param local its streams
  /// @param presence the presence pods
  /// @param channels to other relays by name
  /// @param wheel time
  /// @param locationLifeMillis how long a location is believed
  /// @param tracer makes the spans of messages
  public Router(
      String self,
      LocalStreams local,
      PresencePods presence,
      Function<String, Optional<Channel>> channels,
      Wheel wheel,
      long locationLifeMillis,
      Tracer tracer) {
    this.self = self;
    this.local = local;
    this.locations = new Locations(presence.search(), wheel, locationLifeMillis);
    this.peers = new Peers(channels, wheel, new Lost(), tracer);
    this.owed = new Owed(wheel, this::wake);
  }

  /// An append is durable: its envelopes go to the streams of their devices.
  public void appended(AccountId account, Append append, Appended appended) {
    List<DeviceAppend> elsewhere = List.of();
    for (var envelope : append.getDevicesList()) {
      var device = Locations.device(account, envelope.getDevice());
      var stored = storedAt(appended, envelope.getDevice());
      if (device.isEmpty() || stored.isEmpty()) {
        continue;
      }
      var push = push(append, envelope, stored.get(), appended.getAcceptedAtMs());
      var stream = local.find(device.get());
      if (stream.isPresent()) {
        stream.get().forward(push, _ -> {});
        continue;
      }
      var relay = locations.cached(device.get());
      if (relay.isPresent()) {
        peers.forward(relay.get(), device.get(), push);
      } else {
        if (elsewhere.isEmpty()) {
          elsewhere = new ArrayList<>();
        }
        elsewhere.add(envelope);
      }
    }
    if (!elsewhere.isEmpty()) {
      forwardLocated(account, append, elsewhere, appended);
    }
  }

  private void forwardLocated(
      AccountId account, Append append, List<DeviceAppend> envelopes, Appended appended) {
    locations.locate(
        account,
        envelopes.stream().map(DeviceAppend::getDevice).collect(Collectors.toSet()),
        found -> {
          for (var envelope : envelopes) {
            var device = Locations.device(account, envelope.getDevice()).orElseThrow();
            var stored = storedAt(appended, envelope.getDevice()).orElseThrow();
            found
                .of(device)
                .ifPresentOrElse(
                    at ->
                        forward(
                            device, at, push(append, envelope, stored, appended.getAcceptedAtMs())),
                    () -> missing(device, found));
          }
        });
  }

  private void missing(DeviceAddress device, Found found) {
    if (!found.sure()) {
      owed.add(device);
    }
  }

  private void forward(DeviceAddress device, Location location, Push push) {
    if (location.getRelay().equals(self)) {
      local.find(device).ifPresent(stream -> stream.forward(push, _ -> {}));
    } else {
      locations.learn(device, location.getRelay());
      peers.forward(location.getRelay(), device, push);
    }
  }

  @Override
  public void forward(DeviceAddress device, Push push) {
    reach(
        device,
        new Reach() {
          @Override
          public void here(LocalStream stream) {
            stream.forward(push, _ -> {});
          }

          @Override
          public void at(String relay) {
            peers.forward(relay, device, push);
          }

          @Override
          public void nowhere(Found found) {
            missing(device, found);
          }
        });
  }

  @Override
  public void ephemeral(DeviceAddress device, ByteString envelope) {
    reach(
        device,
        new Reach() {
          @Override
          public void here(LocalStream stream) {
            stream.ephemeral(envelope);
          }

          @Override
          public void at(String relay) {
            peers.ephemeral(relay, device, envelope);
          }

          @Override
          public void nowhere(Found found) {
            // Worth nothing later.
          }
        });
  }

  @Override
  public void wake(DeviceAddress device) {
    reach(device, waking(device));
  }

  private Reach waking(DeviceAddress device) {
    return new Reach() {
      @Override
      public void here(LocalStream stream) {
        stream.wake();
      }

      @Override
      public void at(String relay) {
        peers.wake(relay, device);
      }

      @Override
      public void nowhere(Found found) {
        missing(device, found);
      }
    };
  }

  /// The account's chain has changed: the other relays that hold streams of it check whether their
  /// devices are still in it (protocol C3).
  public void chainChanged(AccountId account) {
    locations.locateAll(
        account,
        located -> {
          var relays = new HashMap<String, DeviceAddress>();
          for (var location : located.locations()) {
            Locations.device(account, location.getDevice())
                .ifPresent(device -> relays.put(location.getRelay(), device));
          }
          relays.remove(self);
          relays.forEach(peers::check);
        });
  }

  private final class Lost implements PeerLink.Lost {
    /// A forward came to nothing: both pods are asked anew, and whoever has the device reads its
    /// mailbox.
    @Override
    public void forward(DeviceAddress device) {
      locations.drop(device);
      var stream = local.find(device);
      if (stream.isPresent()) {
        stream.get().wake();
      } else {
        locations.locateAll(device.account(), found -> reach(device, found, waking(device)));
      }
    }

    @Override
    public void location(DeviceAddress device) {
      locations.drop(device);
    }

    @Override
    public void check(AccountId account) {
      chainChanged(account);
    }
  }

  private interface Reach {
    void here(LocalStream stream);

    void at(String relay);

    void nowhere(Found found);
  }

  private void reach(DeviceAddress device, Reach reach) {
    var stream = local.find(device);
    if (stream.isPresent()) {
      reach.here(stream.get());
      return;
    }
    var cached = locations.cached(device);
    if (cached.isPresent()) {
      reach.at(cached.get());
      return;
    }
    locations.locate(
        device.account(), Set.of(device.device().number()), found -> reach(device, found, reach));
  }

  private void reach(DeviceAddress device, Found found, Reach reach) {
    found
        .of(device)
        .ifPresentOrElse(
            location -> {
              if (location.getRelay().equals(self)) {
                local.find(device).ifPresent(reach::here);
              } else {
                locations.learn(device, location.getRelay());
                reach.at(location.getRelay());
              }
            },
            () -> reach.nowhere(found));
  }

  /// Leaves the other relays.
  ///
  /// @return whether this relay owes one of them a forward: then they must hear that it is lost,
  ///   because they would wait for it
  public boolean close() {
    boolean owesPeer = peers.close();
    return owesPeer || locations.isAsking() || !owed.isEmpty();
  }

  private static Optional<StoredAt> storedAt(Appended appended, int device) {
    for (var stored : appended.getStoredList()) {
      if (stored.getDevice() == device) {
        return Optional.of(stored);
      }
    }
    return Optional.empty();
  }

  private static Push push(
      Append append, DeviceAppend envelope, StoredAt stored, long acceptedAtMillis) {
    return new Push(
        Delivery.newBuilder()
            .setPosition(stored.getPosition())
            .setAcceptedAtMs(acceptedAtMillis)
            .setEnvelope(envelope.getEnvelope())
            .setTraceparent(append.getTraceparent())
            .build(),
        stored.getPrevious());
  }
}
