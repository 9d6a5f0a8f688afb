package sotto.relay.route;

import io.grpc.Channel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.presence.v1.LocateRequest;
import sotto.presence.v1.LocateResponse;
import sotto.presence.v1.Located;
import sotto.presence.v1.PresenceServiceGrpc;
import sotto.presence.v1.PresenceServiceGrpc.PresenceServiceStub;
import sotto.relay.mailbox.Gather;
import sotto.relay.mailbox.Mailboxes;
import sotto.relay.mailbox.Once;
import sotto.relay.time.Wheel;

/// Which relay holds which device: presence, asked in batches, and what it said for a while.
///
/// Only positive answers about other relays are kept. Thread-safe.
final class Locations {
  private static final long DEADLINE_MILLIS = 2_000;
  private static final int BATCH = 1_000;
  private static final int MOST = 100_000;

  private final Wheel wheel;
  private final long lifeMillis;
  private final ConcurrentHashMap<DeviceAddress, Known> known = new ConcurrentHashMap<>();
  private final Gather<AccountId, Located> gather;

  private record Known(String relay, long untilMillis) {}

  Locations(Channel presence, Wheel wheel, long lifeMillis) {
    this.wheel = wheel;
    this.lifeMillis = lifeMillis;
    var stub = PresenceServiceGrpc.newStub(presence);
    this.gather = new Gather<>((batch, answer) -> locate(stub, batch, answer), BATCH);
    wheel.every(
        lifeMillis,
        () -> known.values().removeIf(location -> location.untilMillis() <= wheel.now()));
  }

  private static void locate(
      PresenceServiceStub presence,
      List<AccountId> accounts,
      Consumer<Optional<List<Located>>> answer) {
    var request = LocateRequest.newBuilder();
    accounts.forEach(account -> request.addAccountIds(Mailboxes.bytes(account)));
    presence
        .withDeadlineAfter(DEADLINE_MILLIS, TimeUnit.MILLISECONDS)
        .locate(
            request.build(),
            new Once<>(response -> answer.accept(response.map(LocateResponse::getAccountsList))));
  }

  /// The relay that presence named lately.
  Optional<String> cached(DeviceAddress device) {
    return Optional.ofNullable(known.get(device))
        .filter(location -> location.untilMillis() > wheel.now())
        .map(Known::relay);
  }

  /// Asks presence for an account's devices; the question leaves after this call.
  ///
  /// @param told what it says; nothing when it does not answer
  void locate(AccountId account, Consumer<Located> told) {
    gather.add(account, located -> told.accept(located.orElse(Located.getDefaultInstance())));
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
