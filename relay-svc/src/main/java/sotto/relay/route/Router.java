package sotto.relay.route;

import static java.util.stream.Collectors.toSet;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.opentelemetry.api.trace.Tracer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chat.v1.Delivery;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.Appended;
import sotto.mailbox.v1.GroupAppend;
import sotto.mailbox.v1.GroupAppendResult;
import sotto.mailbox.v1.StoredAt;
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
    var pushes = new ArrayList<Addressed>(append.getDevicesCount());
    for (var envelope : append.getDevicesList()) {
      storedAt(appended, envelope.getDevice())
          .flatMap(stored ->
              addressed(account, stored, appended, envelope.getEnvelope(), append.getTraceparent()))
          .ifPresent(pushes::add);
    }
    bring(pushes);
  }

  /// A group append is answered: what of it is durable goes to the streams of its devices, to each
  /// other relay together.
  public void appended(GroupAppend append, GroupAppendResult result) {
    var pushes = new ArrayList<Addressed>(result.getResultsCount());
    for (int i = 0; i < result.getResultsCount(); i++) {
      var account = new AccountId(append.getRecipients(i).getAccountId().toByteArray());
      var appended = result.getResults(i).getAppended();
      for (var stored : appended.getStoredList()) {
        addressed(account, stored, appended, append.getEnvelope(), append.getTraceparent())
            .ifPresent(pushes::add);
      }
    }
    bring(pushes);
  }

  private static Optional<Addressed> addressed(
      AccountId account,
      StoredAt stored,
      Appended appended,
      ByteString envelope,
      String traceparent) {
    return Locations.device(account, stored.getDevice())
        .map(device ->
            new Addressed(
                device,
                new Push(
                    Delivery.newBuilder()
                        .setPosition(stored.getPosition())
                        .setAcceptedAtMs(appended.getAcceptedAtMs())
                        .setEnvelope(envelope)
                        .setTraceparent(traceparent)
                        .build(),
                    stored.getPrevious())));
  }

  private void bring(List<Addressed> pushes) {
    Map<String, List<Addressed>> relays = new LinkedHashMap<>();
    Map<AccountId, List<Addressed>> elsewhere = new LinkedHashMap<>();
    for (var push : pushes) {
      var stream = local.find(push.device());
      if (stream.isPresent()) {
        stream.get().forward(push.push(), _ -> {});
        continue;
      }
      locations
          .cached(push.device())
          .ifPresentOrElse(
              relay -> relays.computeIfAbsent(relay, _ -> new ArrayList<>()).add(push),
              () ->
                  elsewhere
                      .computeIfAbsent(push.device().account(), _ -> new ArrayList<>())
                      .add(push));
    }
    relays.forEach(peers::forward);
    if (!elsewhere.isEmpty()) {
      locate(elsewhere);
    }
  }

  /// Those of all accounts are forwarded together, when presence has answered for the last.
  private void locate(Map<AccountId, List<Addressed>> elsewhere) {
    var found = new ConcurrentLinkedQueue<At>();
    var asked = new AtomicInteger(elsewhere.size());
    elsewhere.forEach((account, pushes) ->
        locations.locate(
            account,
            pushes.stream().map(push -> push.device().device().number()).collect(toSet()),
            answer -> {
              for (var push : pushes) {
                answer
                    .of(push.device())
                    .ifPresentOrElse(
                        at -> found.add(new At(at.getRelay(), push)),
                        () -> missing(push.device(), answer));
              }
              if (asked.decrementAndGet() == 0) {
                forward(found);
              }
            }));
  }

  /// @param relay where presence has found the device
  private record At(String relay, Addressed push) {}

  private void forward(Iterable<At> found) {
    Map<String, List<Addressed>> relays = new LinkedHashMap<>();
    for (var at : found) {
      if (at.relay().equals(self)) {
        local
            .find(at.push().device())
            .ifPresent(stream -> stream.forward(at.push().push(), _ -> {}));
      } else {
        locations.learn(at.push().device(), at.relay());
        relays.computeIfAbsent(at.relay(), _ -> new ArrayList<>()).add(at.push());
      }
    }
    relays.forEach(peers::forward);
  }

  private void missing(DeviceAddress device, Found found) {
    if (!found.sure()) {
      owed.add(device);
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
            peers.forward(relay, List.of(new Addressed(device, push)));
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
}
