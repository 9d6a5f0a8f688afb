package sotto.relay.route;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.route.PodsRelay.device;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.chain.DeviceAddress;

/// Whatever happens to pods and their list: a stream that presence has confirmed, and has not lost
/// from both its pods, is found by every relay at every moment: at once, or after the relay that
/// was found instead has answered *not here* (protocol P3), unless that relay still holds an older
/// stream of the device. In the end everything is where it is.
class PresencePodsModelTest {
  private static final int RELAYS = 3;
  private static final int ACCOUNTS = 40;
  private static final int STEPS = 150;
  private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");

  private record Held(PodsRelay relay, Registration registration, long number) {}

  private final Map<Integer, Held> held = new HashMap<>();
  private final Map<Integer, Long> numbers = new HashMap<>();
  // The list that each relay is to learn, and when at the latest.
  private final Map<PodsRelay, Integer> behind = new HashMap<>();
  private List<String> list = List.of("a", "b", "c");
  private int sinceChange = 1_000;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void confirmedStream_isFoundByEveryRelayAtEveryMoment(long seed) {
    var random = new Random(seed);
    try (var world = new PodsWorld("a", "b", "c")) {
      var relays = new ArrayList<PodsRelay>();
      for (int i = 0; i < RELAYS; i++) {
        relays.add(new PodsRelay(world, "r" + i, "a", "b", "c"));
      }
      for (int step = 0; step < STEPS; step++) {
        step(random, world, relays);
        check("seed %d step %d".formatted(seed, step), relays);
      }
      relays.forEach(relay -> relay.view.list(list));
      world.pass(Duration.ofSeconds(40));
      checkAtRest("seed %d at rest".formatted(seed), relays);
      assertThat(list.stream().mapToLong(world::devices).sum()).isEqualTo(2L * held.size());
    }
  }

  private void step(Random random, PodsWorld world, List<PodsRelay> relays) {
    sinceChange++;
    for (var relay : relays) {
      int wait = behind.merge(relay, -1, Integer::sum);
      if (wait == 0) {
        relay.view.list(list);
      }
    }
    switch (random.nextInt(10)) {
      case 0 -> changeList(random, world, relays);
      case 1 -> restart(random, world);
      case 2 -> flap(random, world, relays);
      case 3, 4 -> disconnect(random.nextInt(ACCOUNTS));
      default -> {
        for (int i = 0; i < 5; i++) {
          connect(random.nextInt(ACCOUNTS), relays.get(random.nextInt(RELAYS)));
        }
      }
    }
    world.pass(Duration.ofMillis(50L * (1 + random.nextInt(10))));
  }

  /// Relays learn of it within 8 steps of at most half a second: less than the old pods linger.
  private void changeList(Random random, PodsWorld world, List<PodsRelay> relays) {
    if (sinceChange < 10) {
      return;
    }
    sinceChange = 0;
    var next = new TreeSet<>(list);
    String name = NAMES.get(random.nextInt(NAMES.size()));
    if (!next.remove(name) || next.size() < 2) {
      next.add(name);
    }
    next.stream().filter(pod -> !world.isUp(pod)).forEach(world::start);
    list = List.copyOf(next);
    relays.forEach(relay -> behind.put(relay, 1 + random.nextInt(8)));
  }

  private void restart(Random random, PodsWorld world) {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    if (world.isUp(name)) {
      world.kill(name);
      world.start(name);
    }
  }

  private void flap(Random random, PodsWorld world, List<PodsRelay> relays) {
    var relay = relays.get(random.nextInt(RELAYS));
    relay.view.drop(NAMES.get(random.nextInt(NAMES.size())));
    world.settle();
  }

  private void connect(int account, PodsRelay relay) {
    long number = numbers.merge(account, 1L, Long::sum);
    // Every other client closes the stream that it leaves; the others are displaced, on the same
    // relay by the relay itself.
    var old = Optional.ofNullable(held.get(account));
    if (number % 2 == 0 || old.filter(stream -> stream.relay() == relay).isPresent()) {
      disconnect(account);
    }
    held.put(account, new Held(relay, relay.connect(device(account), number), number));
  }

  private void disconnect(int account) {
    var gone = held.remove(account);
    if (gone != null) {
      gone.relay().disconnect(gone.registration());
    }
  }

  private void check(String when, List<PodsRelay> relays) {
    held.forEach((account, stream) -> {
      if (stream.registration().known()) {
        for (var reader : relays) {
          assertThat(reached(reader, relays, device(account)))
              .as("%s: account %d by %s", when, account, reader.name)
              .contains(stream.relay());
        }
      }
    });
  }

  private void checkAtRest(String when, List<PodsRelay> relays) {
    relays.forEach(relay ->
        assertThat(relay.streams.keySet())
            .as(when)
            .allMatch(Registration::known)
            .allMatch(registration ->
                held.values().stream().anyMatch(h -> h.registration() == registration)));
    held.forEach((account, stream) ->
        relays.forEach(reader ->
            assertThat(reader.find(device(account)))
                .as("%s: account %d by %s", when, account, reader.name)
                .isEqualTo(stream.relay().name + "#" + stream.number())));
  }

  /// Where a forward of this reader ends: the relays that have a stream of the device.
  private static List<PodsRelay> reached(
      PodsRelay reader, List<PodsRelay> relays, DeviceAddress device) {
    var first = named(reader.find(device), relays).filter(relay -> relay.has(device));
    var last = first.or(() -> named(reader.findAtBoth(device), relays));
    return last.stream()
        .flatMap(at ->
            at.has(device) ? relays.stream().filter(relay -> relay.has(device)) : Stream.of(at))
        .toList();
  }

  private static Optional<PodsRelay> named(String found, List<PodsRelay> relays) {
    return relays.stream().filter(relay -> found.startsWith(relay.name + "#")).findFirst();
  }
}
