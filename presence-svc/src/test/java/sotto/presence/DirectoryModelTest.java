package sotto.presence;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.chain.AccountId;
import sotto.mesh.testing.HandClock;
import sotto.presence.v1.DisplacedDevice;
import sotto.presence.v1.Located;

/// The directory against a model that keeps everything in plain maps and looks at all of it every
/// time.
final class DirectoryModelTest {
  private static final int RELAYS = 4;
  private static final int ACCOUNTS = 3;
  private static final int DEVICES = 2;
  private static final int KEYS = 2;
  private static final PresenceConfig CONFIG =
      new PresenceConfig(Duration.ofSeconds(10), Duration.ofMillis(250), 2, 100, 100, 100);

  private record Device(int account, int device) {}

  private record Entry(int relay, long number, int audience) {}

  /// One relay as the test drives it.
  private static final class Attached {
    private final Lease lease;
    private final Outbox outbox;
    private final Map<Long, Watch> watches = new HashMap<>();
    private final Map<Long, Boolean> told = new HashMap<>();
    private final Map<Device, Long> displaced = new HashMap<>();

    Attached(Lease lease, Outbox outbox) {
      this.lease = lease;
      this.outbox = outbox;
    }
  }

  private final HandClock clock = new HandClock();
  private final LeaseTime time = new LeaseTime(clock, 1_000);
  private final Directory directory = new Directory(CONFIG, time, new SipHash(5, 6));
  private final List<Attached> relays = new ArrayList<>();
  private final Map<Device, Entry> entries = new HashMap<>();
  private final List<Map<Device, Long>> displacedModel = new ArrayList<>();
  private long epochs;
  private long watches;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void whateverHappens_locationsNoticesAndEventsAreTheModels(long seed) {
    var random = new Random(seed);
    pass(Duration.ofSeconds(11), RELAYS);
    for (int relay = 0; relay < RELAYS; relay++) {
      relays.add(attach(relay));
      displacedModel.add(new HashMap<>());
    }
    for (int step = 0; step < 2_000; step++) {
      step(random);
      check("seed %d step %d".formatted(seed, step));
    }
  }

  private void step(Random random) {
    int relay = random.nextInt(RELAYS);
    var device = new Device(random.nextInt(ACCOUNTS), 1 + random.nextInt(DEVICES));
    long number = 1L + random.nextInt(6);
    switch (random.nextInt(12)) {
      case 0 -> {
        end(relay);
        relays.set(relay, attach(relay));
      }
      case 1 -> {
        pass(Duration.ofSeconds(11), relay);
        end(relay);
        relays.set(relay, attach(relay));
      }
      case 2, 3, 4, 5 -> connect(relay, device, number);
      case 6, 7 -> disconnect(relay, device, number);
      case 8, 9 -> publish(relay, device, number, random.nextInt(1 << KEYS));
      case 10 -> watch(relay, device.account(), random.nextInt(KEYS));
      default ->
          relays.get(relay).watches.keySet().stream().findAny().ifPresent(id -> unwatch(relay, id));
    }
  }

  private Attached attach(int relay) {
    var outbox = new Outbox(100, () -> {});
    return new Attached(directory.attach("r" + relay, ++epochs, outbox), outbox);
  }

  /// The relay's stream is over and its lease ends or is about to.
  private void end(int relay) {
    relays.get(relay).watches.values().forEach(directory::unwatch);
    entries.values().removeIf(entry -> entry.relay() == relay);
    displacedModel.get(relay).clear();
  }

  /// Lets time pass in which all relays but one give signs of life.
  private void pass(Duration duration, int silent) {
    for (long left = duration.toMillis(); left > 0; left -= 250) {
      clock.pass(Duration.ofMillis(250));
      for (int relay = 0; relay < relays.size(); relay++) {
        if (relay != silent) {
          directory.renew(relays.get(relay).lease);
        }
      }
      directory.tick();
    }
  }

  private void connect(int relay, Device device, long number) {
    directory.connected(
        relays.get(relay).lease,
        Relay.connected(account(device.account()), device.device(), number).getConnected());
    Optional<Entry> held = Optional.ofNullable(entries.get(device));
    boolean elsewhere = held.isPresent() && held.get().relay() != relay;
    if (held.isPresent() && held.get().number() > number) {
      displacedModel.get(relay).merge(device, held.get().number(), Math::max);
    } else if (held.isPresent() && held.get().number() == number) {
      // The same again, or somebody else's: nothing changes.
    } else {
      if (elsewhere) {
        displacedModel.get(held.get().relay()).merge(device, number, Math::max);
      }
      entries.put(device, new Entry(relay, number, 0));
    }
  }

  private void disconnect(int relay, Device device, long number) {
    directory.disconnected(
        relays.get(relay).lease,
        Relay.disconnected(account(device.account()), device.device(), number).getDisconnected());
    entries.computeIfPresent(
        device, (_, entry) -> entry.relay() == relay && entry.number() == number ? null : entry);
  }

  private void publish(int relay, Device device, long number, int audience) {
    int[] keys =
        audience == 3 ? new int[] {1, 2} : audience == 0 ? new int[0] : new int[] {audience};
    directory.published(
        relays.get(relay).lease,
        Relay.published(account(device.account()), device.device(), number, true, keys)
            .getPublished());
    entries.computeIfPresent(
        device,
        (_, entry) ->
            entry.relay() == relay && entry.number() == number
                ? new Entry(relay, number, audience)
                : entry);
  }

  private void watch(int relay, int account, int key) {
    Attached attached = relays.get(relay);
    long id = ++watches * KEYS + key;
    byte[] hash =
        Relay.published(account(account), 1, 1, true, key + 1)
            .getPublished()
            .getAccessKeyHashes(0)
            .toByteArray();
    var watch = new Watch(id, account(account), hash, attached.outbox);
    attached.watches.put(id, watch);
    directory.watch(watch);
  }

  private void unwatch(int relay, long id) {
    Optional.ofNullable(relays.get(relay).watches.remove(id)).ifPresent(directory::unwatch);
    relays.get(relay).told.remove(id);
  }

  private void check(String when) {
    directory.tick();
    for (int account = 0; account < ACCOUNTS; account++) {
      assertThat(located(account)).as(when).isEqualTo(modelled(account));
    }
    for (int relay = 0; relay < RELAYS; relay++) {
      Attached attached = relays.get(relay);
      drain(attached);
      assertThat(attached.displaced).as(when).isEqualTo(displacedModel.get(relay));
      attached.displaced.clear();
      displacedModel.get(relay).clear();
      attached.watches.forEach(
          (id, watch) -> assertThat(attached.told).as(when).containsEntry(id, online(id, watch)));
    }
  }

  private boolean online(long id, Watch watch) {
    int bit = 1 << (id % KEYS);
    return entries.entrySet().stream()
        .anyMatch(e ->
            account(e.getKey().account()).equals(watch.account())
                && (e.getValue().audience() & bit) != 0);
  }

  private Set<String> modelled(int account) {
    var places = new TreeSet<String>();
    entries.forEach((device, entry) -> {
      if (device.account() == account) {
        places.add(device.device() + "@r" + entry.relay() + "#" + entry.number());
      }
    });
    return places;
  }

  private Set<String> located(int account) {
    Located located =
        directory
            .locate(List.of(ByteString.copyFrom(account(account).bytes())), Pod.VERSION)
            .getFirst();
    var places = new TreeSet<String>();
    located
        .getLocationsList()
        .forEach(at ->
            places.add(at.getDevice() + "@" + at.getRelay() + "#" + at.getConnectionNumber()));
    return places;
  }

  private static void drain(Attached attached) {
    for (var next = attached.outbox.next(); next.isPresent(); next = attached.outbox.next()) {
      var response = ((Outbox.Next.Frame) next.get()).response();
      if (response.hasDisplaced()) {
        DisplacedDevice displaced = response.getDisplaced();
        int account = (int) Directory.account(displaced.getAccountId()).low();
        attached.displaced.put(
            new Device(account, displaced.getDevice()), displaced.getConnectionNumber());
      }
      response
          .getSeen()
          .getWatchesList()
          .forEach(id -> attached.told.put(id, response.getSeen().getOnline()));
    }
  }

  @Test
  void manyRelaysAtOnce_theHighestNumberStaysAndEveryOtherIsTold() throws Exception {
    int threads = 8;
    int perThread = 500;
    List<Outbox> outboxes = new ArrayList<>();
    try (var pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> running = new ArrayList<>();
      for (int relay = 0; relay < threads; relay++) {
        var outbox = new Outbox(100, () -> {});
        outboxes.add(outbox);
        Lease lease = directory.attach("r" + relay, 1, outbox);
        int first = relay;
        Callable<Void> storm =
            () -> {
              for (int i = 0; i < perThread; i++) {
                directory.connected(
                    lease,
                    Relay.connected(account(0), 1, 1L + first + (long) i * threads).getConnected());
              }
              return null;
            };
        running.add(pool.submit(storm));
      }
      for (Future<Void> storm : running) {
        storm.get();
      }
    }

    long highest = (long) threads * perThread;
    assertThat(located(0)).containsExactly("1@r" + (threads - 1) + "#" + highest);
    for (int relay = 0; relay < threads - 1; relay++) {
      long lastOwn = 1L + relay + (perThread - 1L) * threads;
      assertThat(outboxes.get(relay).next().orElseThrow())
          .isInstanceOfSatisfying(
              Outbox.Next.Frame.class,
              frame ->
                  assertThat(frame.response().getDisplaced().getConnectionNumber())
                      .isGreaterThan(lastOwn));
    }
  }

  private static AccountId account(int number) {
    return new AccountId(77, number);
  }
}
