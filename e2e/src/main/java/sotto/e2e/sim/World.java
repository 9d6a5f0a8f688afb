package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.Channel;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import sotto.chain.AccountId;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;
import sotto.group.GroupId;
import sotto.mesh.CallerInterceptor;
import sotto.mesh.FailureInterceptor;
import sotto.store.sql.StorageException;
import sotto.store.testing.SimulatedCrash;

/// Who is there in one run.
final class World {
  private final Scheduler scheduler = new Scheduler();
  private final Random random;
  private final Net net;
  private final Machine aside;
  private final SimClock clock = new SimClock(scheduler);
  private final Ledger ledger;
  private final Consumer<String> diary;
  private final SimDatabase database;
  private final SimCold cold;
  private final SimBlobs.Folder blobs = new SimBlobs.Folder();
  private final List<Person> persons;
  private final boolean tokens;
  private final List<String> relays;
  private final List<String> stores;
  private final List<String> presence;
  private final Map<String, ServerMachine> processes = new LinkedHashMap<>();
  private final List<SimClient> clients = new ArrayList<>();
  private final Map<AccountId, Devices> devices = new LinkedHashMap<>();
  private final Set<DeviceAddress> removed = new LinkedHashSet<>();
  private final Set<AccountId> ended = new LinkedHashSet<>();
  private final List<GroupId> groups = new ArrayList<>();

  /// Everything is started; the clients connect when time begins.
  ///
  /// @param database empty but for the persons' accounts with one device each
  World(long seed, Size size, SimDatabase database, List<Person> persons, Consumer<String> diary) {
    this.diary = diary;
    this.ledger = new Ledger(this::note);
    this.random = new Random(seed);
    this.tokens = random.nextInt(8) != 0;
    this.net = new Net(scheduler, random);
    this.aside = new Machine("aside", scheduler);
    net.start(aside);
    this.database = database;
    this.cold = new SimCold(scheduler, this::reachesBlobs);
    this.persons = persons;
    this.relays = names("relay-", size.relays());
    this.stores = names("store-", size.stores());
    this.presence = names("presence-", size.presence());
    stores.forEach(this::start);
    presence.forEach(this::start);
    relays.forEach(this::start);
    start(BlobMachine.NAME);
    for (var person : persons) {
      devices.put(person.id, new Devices(this, person));
      addClient(person, DeviceId.FIRST);
    }
  }

  /// How many of each there are.
  record Size(int relays, int stores, int presence) {}

  private static List<String> names(String kind, int count) {
    return IntStream.range(0, count).mapToObj(i -> kind + i).toList();
  }

  /// Starts a process anew.
  void start(String name) {
    if (processes.containsKey(name) && processes.get(name).machine().alive()) {
      return;
    }
    ServerMachine process;
    try {
      process = made(name);
    } catch (StorageException | SimulatedCrash e) {
      // As whoever watches over processes does.
      note(name + " cannot start");
      scheduler.after(Scheduler.SECOND, () -> start(name));
      return;
    }
    processes.put(name, process);
    net.start(process.machine());
  }

  private ServerMachine made(String name) {
    return switch (name.substring(0, name.indexOf('-'))) {
      case "relay" -> new RelayMachine(this, name);
      case "store" -> new StoreMachine(this, name);
      case "blob" -> new BlobMachine(this);
      default -> new PresenceMachine(this, name);
    };
  }

  private boolean reachesBlobs(String store) {
    var blob = net.find(BlobMachine.NAME);
    return blob.isPresent()
        && !blob.get().paused()
        && !net.isCut(new Net.Link(store, BlobMachine.NAME));
  }

  SimClient addClient(Person person, DeviceId number) {
    var client = new SimClient(this, person, person.device(number));
    clients.add(client);
    client.start();
    return client;
  }

  /// A person's devices, and what adds and removes them.
  Devices devices(Person person) {
    return Optional.ofNullable(devices.get(person.id)).orElseThrow();
  }

  Devices devices(AccountId account) {
    return Optional.ofNullable(devices.get(account)).orElseThrow();
  }

  /// One of a person's devices that is in use; empty once the account has ended.
  Optional<SimClient> someClientOf(Person person) {
    var all =
        clients.stream()
            .filter(client -> client.self().account().equals(person.id) && !client.isGone())
            .toList();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
  }

  ServerMachine process(String name) {
    return Optional.ofNullable(processes.get(name)).orElseThrow();
  }

  Collection<ServerMachine> processes() {
    return List.copyOf(processes.values());
  }

  List<SimClient> clients() {
    return clients;
  }

  List<Person> persons() {
    return persons;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  Random random() {
    return random;
  }

  Net net() {
    return net;
  }

  SimClock clock() {
    return clock;
  }

  Ledger ledger() {
    return ledger;
  }

  /// A way to a relay from a machine that nothing happens to.
  Channel aside(String relay) {
    return net.channel(aside, relay);
  }

  /// Whether the first devices have signed in before.
  boolean hasTokens() {
    return tokens;
  }

  /// Notes something for people.
  void note(String what) {
    diary.accept(String.format("%9.4f s  %s", scheduler.now() / 1e6, what));
  }

  SimDatabase database() {
    return database;
  }

  SimCold cold() {
    return cold;
  }

  SimBlobs.Folder blobs() {
    return blobs;
  }

  List<String> relays() {
    return relays;
  }

  List<String> stores() {
    return stores;
  }

  List<String> presence() {
    return presence;
  }

  /// A relay as a load balancer gives it: most often one that runs.
  String someRelay() {
    for (int i = 0; i < 2; i++) {
      var name = relays.get(random.nextInt(relays.size()));
      if (process(name).machine().alive()) {
        return name;
      }
    }
    return relays.get(random.nextInt(relays.size()));
  }

  ByteString bytes(int count) {
    var bytes = new byte[count];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  void removed(DeviceAddress device) {
    removed.add(device);
    ledger.removed(device);
  }

  boolean isRemoved(DeviceAddress device) {
    return removed.contains(device);
  }

  /// The devices of an account that nobody is about to remove, but for one.
  List<DeviceAddress> othersOf(AccountId account, DeviceAddress than) {
    return clients.stream()
        .map(SimClient::self)
        .filter(device -> device.account().equals(account))
        .filter(device -> !device.equals(than) && !isRemoved(device))
        .toList();
  }

  /// All devices that nobody is about to remove.
  List<DeviceAddress> listed() {
    return clients.stream().map(SimClient::self).filter(device -> !isRemoved(device)).toList();
  }

  /// The groups that were founded, in that order.
  List<GroupId> groups() {
    return groups;
  }

  void ended(AccountId account) {
    ended.add(account);
  }

  boolean isEnded(AccountId account) {
    return ended.contains(account);
  }

  /// The accounts that have ended.
  Set<AccountId> ended() {
    return ended;
  }

  /// Ends all that runs.
  void end() {
    processes.values().forEach(process -> process.machine().kill());
    clients.forEach(SimClient::kill);
  }

  /// Services behind what an internal server has before them.
  static List<ServerServiceDefinition> guarded(List<? extends BindableService> services) {
    return services.stream()
        .map(service ->
            ServerInterceptors.interceptForward(
                service.bindService(), new FailureInterceptor(), new CallerInterceptor()))
        .toList();
  }
}
