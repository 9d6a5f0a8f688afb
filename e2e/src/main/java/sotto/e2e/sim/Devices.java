package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AddDeviceRequest;
import sotto.account.v1.AppendLinkRequest;
import sotto.chain.ChallengeBytes;
import sotto.chain.DeviceEntry;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.group.Author;
import sotto.group.ChangeBody;
import sotto.group.GroupChange;

/// The devices that an account has in one run. What adds and removes them is signed here, and goes
/// to the server as clients do it: through any relay, one link after the other, each again and
/// again until it is answered.
final class Devices {
  private static final long AGAIN = 500 * Scheduler.MILLI;
  private static final int MOST = 4;

  private final World world;
  private final Person person;
  private final Deque<Step> steps = new ArrayDeque<>();
  private final Map<Integer, List<DeviceId>> lists = new HashMap<>();
  private Optional<TestAccount> signer = Optional.empty();
  private int stored;

  /// A link that is to be appended.
  ///
  /// @param added the device that the link adds
  /// @param removed those that it removes
  /// @param sequence the link's place in the chain
  /// @param listed the devices from then on
  private record Step(
      ByteString link,
      Optional<DeviceId> added,
      List<DeviceId> removed,
      int sequence,
      List<DeviceId> listed) {}

  Devices(World world, Person person) {
    this.world = world;
    this.person = person;
    lists.put(0, List.of(DeviceId.FIRST));
  }

  /// The sequence of the last link that is known to be stored.
  int stored() {
    return stored;
  }

  /// The devices that the chain lists at a sequence.
  List<DeviceId> listedAt(int sequence) {
    return lists.getOrDefault(sequence, List.of());
  }

  /// A device signs a change of a group, as what is stored of its account's chain has it.
  GroupChange sign(DeviceId device, Function<Author, ChangeBody> body) {
    var head = account().chain().links().get(stored).hash();
    return body.apply(new Author(person.id, device, stored, head)).sign(account().signer(device));
  }

  /// Its keys, made when they are first needed: most accounts never sign anything.
  private TestAccount account() {
    if (signer.isEmpty()) {
      signer = Optional.of(person.account());
    }
    return signer.get();
  }

  /// A device's answer to a challenge.
  byte[] answer(byte[] challenge, DeviceId device) {
    return account().answer(Person.SERVER, ChallengeBytes.SIGN_IN, challenge, device);
  }

  private List<DeviceId> listed() {
    return account().chain().devices().stream().map(DeviceEntry::device).toList();
  }

  /// Links another device.
  void add() {
    if (!account().chain().ended() && listed().size() < MOST) {
      join(listed().contains(DeviceId.FIRST) ? account().addDevice() : account().recover());
    }
  }

  /// The recovery key adds a device, which then removes all others.
  void recover() {
    if (account().chain().ended()) {
      return;
    }
    var lost = listed();
    join(account().recover());
    for (var device : lost) {
      account().removeDevice(device);
      submit(Optional.empty(), List.of(device));
    }
  }

  /// Removes the device that was added last.
  void remove() {
    if (!account().chain().ended() && listed().size() > 1) {
      var last = listed().getLast();
      account().removeDevice(last);
      submit(Optional.empty(), List.of(last));
    }
  }

  /// Ends the account.
  void delete() {
    if (!account().chain().ended()) {
      var all = listed();
      account().delete();
      submit(Optional.empty(), all);
    }
  }

  private void join(DeviceId device) {
    submit(Optional.of(device), List.of());
  }

  /// The chain's last link is to be appended.
  private void submit(Optional<DeviceId> added, List<DeviceId> removed) {
    var chain = account().chain();
    lists.put((int) chain.sequence(), listed());
    steps.add(
        new Step(
            ByteString.copyFrom(chain.links().getLast().bytes()),
            added,
            removed,
            (int) chain.sequence(),
            listed()));
    if (steps.size() == 1) {
      next();
    }
  }

  private void next() {
    if (!steps.isEmpty()) {
      var step = steps.getFirst();
      step.added.ifPresentOrElse(device -> add(step, device), () -> append(step));
    }
  }

  private void add(Step step, DeviceId device) {
    AccountServiceGrpc.newStub(world.aside(world.someRelay()))
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .addDevice(
            AddDeviceRequest.newBuilder()
                .setAccountId(SimClient.bytes(person.id))
                .setLink(step.link)
                .setDevice(Person.device(device.number()))
                .build(),
            new Unary<>(answer -> done(step, answer.hasAppended(), answer), this::again));
  }

  private void append(Step step) {
    var by =
        clients()
            .filter(client -> client.hasToken() && !client.isGone())
            .filter(client ->
                ends(step)
                    || (!world.isRemoved(client.self())
                        && !step.removed.contains(client.self().device())))
            .findFirst();
    if (by.isEmpty()) {
      if (!clients().allMatch(SimClient::isGone)) {
        again();
      }
      return;
    }
    // From here on they may be removed: nothing is owed to them.
    step.removed.forEach(device -> world.removed(person.device(device)));
    if (ends(step)) {
      world.ended(person.id);
    }
    AccountServiceGrpc.newStub(by.get().authorised(world.aside(world.someRelay())))
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .appendLink(
            AppendLinkRequest.newBuilder().setLink(step.link).build(),
            new Unary<>(answer -> done(step, answer.hasAppended(), answer), this::again));
  }

  /// Nothing follows the link that ends an account.
  private boolean ends(Step step) {
    return account().chain().ended() && step.equals(steps.getLast());
  }

  private Stream<SimClient> clients() {
    return world.clients().stream().filter(client -> client.self().account().equals(person.id));
  }

  private void again() {
    world.scheduler().after(AGAIN, this::next);
  }

  private void done(Step step, boolean appended, Object answer) {
    if (!appended) {
      throw new Violation("A1", "a good link was refused: " + answer);
    }
    if (!step.equals(steps.peekFirst())) {
      return;
    }
    if (!ends(step)) {
      step.removed.forEach(device -> world.ledger().removalStored(person.device(device)));
    }
    steps.removeFirst();
    stored = step.sequence;
    step.added.ifPresent(device -> world.addClient(person, device));
    clients().forEach(client -> client.learns(step.sequence, step.listed));
    next();
  }
}
