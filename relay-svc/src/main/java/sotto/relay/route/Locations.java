package sotto.relay.route;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.relay.time.Wheel;

/// Which relay holds which device: presence, asked in batches, and what it said for a while.
///
/// Only positive answers about other relays are kept. Thread-safe.
final class Locations {
  private static final int MOST = 100_000;

  private final Wheel wheel;
  private final long lifeMillis;
  private final ConcurrentHashMap<DeviceAddress, Known> known = new ConcurrentHashMap<>();
  private final Search search;
  private final AtomicInteger open = new AtomicInteger();

  private record Known(String relay, long untilMillis) {}

  Locations(Search search, Wheel wheel, long lifeMillis) {
    this.wheel = wheel;
    this.lifeMillis = lifeMillis;
    this.search = search;
    wheel.every(
        lifeMillis,
        () -> known.values().removeIf(location -> location.untilMillis() <= wheel.now()));
  }

  /// The relay that presence named lately.
  Optional<String> cached(DeviceAddress device) {
    return Optional.ofNullable(known.get(device))
        .filter(location -> location.untilMillis() > wheel.now())
        .map(Known::relay);
  }

  /// Asks presence for some devices of an account; the question leaves after this call.
  ///
  /// @param told what one pod says, or more if the first does not know all of them
  void locate(AccountId account, Set<Integer> devices, Consumer<Found> told) {
    open.incrementAndGet();
    search.find(
        account,
        devices,
        found -> {
          open.decrementAndGet();
          told.accept(found);
        });
  }

  /// Asks both pods for all devices of an account; the question leaves after this call.
  ///
  /// @param told what they say together, for each device the highest connection number
  void locateAll(AccountId account, Consumer<Found> told) {
    open.incrementAndGet();
    search.findAll(
        account,
        found -> {
          open.decrementAndGet();
          told.accept(found);
        });
  }

  /// Whether a question is not answered yet.
  boolean isAsking() {
    return open.get() > 0;
  }

  /// Remembers where a device is.
  void learn(DeviceAddress device, String relay) {
    if (known.size() < MOST) {
      known.put(device, new Known(relay, wheel.now() + lifeMillis));
    }
  }

  /// Forgets where a device was.
  void drop(DeviceAddress device) {
    known.remove(device);
  }

  /// The device that a location is of; empty when presence sent what cannot be one.
  static Optional<DeviceAddress> device(AccountId account, int number) {
    return DeviceId.valid(number)
        ? Optional.of(new DeviceAddress(account, new DeviceId(number)))
        : Optional.empty();
  }
}
