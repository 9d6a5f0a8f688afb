package sotto.relay.route;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

/// A relay as presence knows it: real links and searches, streams that are only numbers.
final class PodsRelay implements PresencePods.Listener {
  static final int MOVES_PER_SECOND = 100;
  static final long LINGER_MILLIS = 5_000;

  final String name;
  final PodsWorld.View view;
  final PresencePods presence;
  final Map<Long, Boolean> seen = new HashMap<>();
  final Map<Registration, Stream> streams = new HashMap<>();
  int lost;
  private final PodsWorld world;
  private final Search search;

  /// A registered stream, and how often presence has confirmed it.
  static final class Stream {
    final DeviceAddress device;
    final long number;
    int confirmed;

    Stream(DeviceAddress device, long number) {
      this.device = device;
      this.number = number;
    }
  }

  PodsRelay(PodsWorld world, String name, String... list) {
    this.world = world;
    this.name = name;
    this.view = world.view(list);
    this.presence =
        new PresencePods(
            view, name, world.clock, world.wheel, MOVES_PER_SECOND, LINGER_MILLIS, this);
    this.search = presence.search();
    presence.start();
    world.settle();
  }

  Registration connect(DeviceAddress device, long number) {
    var stream = new Stream(device, number);
    var registration = new Registration(device, number, () -> stream.confirmed++);
    streams.put(registration, stream);
    presence.connected(registration);
    world.settle();
    return registration;
  }

  void disconnect(Registration registration) {
    streams.remove(registration);
    presence.disconnected(registration);
    world.settle();
  }

  int confirmed(Registration registration) {
    return Objects.requireNonNull(streams.get(registration)).confirmed;
  }

  void watch(long number, AccountId account, int key) {
    presence.watch(number, account, key(key));
    world.settle();
  }

  void publish(Registration registration, int... keys) {
    var hashes = new ArrayList<ByteString>();
    for (int key : keys) {
      hashes.add(TestHashes.sha256(key(key)));
    }
    presence.published(registration, true, hashes);
    world.settle();
  }

  /// Where a device is as this relay finds it: `relay#number`, or `nowhere`.
  String find(DeviceAddress device) {
    return found(
        device, told -> search.find(device.account(), Set.of(device.device().number()), told));
  }

  /// The same, when both pods are asked.
  String findAtBoth(DeviceAddress device) {
    return found(device, told -> search.findAll(device.account(), told));
  }

  private String found(DeviceAddress device, Consumer<Consumer<Found>> asked) {
    var found = new ArrayList<String>();
    asked.accept(all ->
        all.of(device).ifPresent(at -> found.add(at.getRelay() + "#" + at.getConnectionNumber())));
    world.settle();
    return found.isEmpty() ? "nowhere" : found.getFirst();
  }

  /// Whether a stream of the device is here.
  boolean has(DeviceAddress device) {
    return streams.values().stream().anyMatch(stream -> stream.device.equals(device));
  }

  @Override
  public void displaced(DeviceAddress device, long connectionNumber) {
    List.copyOf(streams.entrySet()).stream()
        .filter(stream -> stream.getValue().device.equals(device))
        .filter(stream -> stream.getValue().number < connectionNumber)
        .forEach(stream -> {
          streams.remove(stream.getKey());
          presence.disconnected(stream.getKey());
        });
  }

  @Override
  public void seen(List<Long> watches, boolean online) {
    watches.forEach(watch -> seen.put(watch, online));
  }

  @Override
  public void relayLost() {
    lost++;
  }

  static DeviceAddress device(int account) {
    // Spread like the hashes that real ids are.
    long low = new SplittableRandom(account).nextLong();
    return new DeviceAddress(new AccountId(account, low), DeviceId.FIRST);
  }

  private static ByteString key(int number) {
    return ByteString.copyFrom(ByteBuffer.allocate(16).putInt(number).array());
  }
}
