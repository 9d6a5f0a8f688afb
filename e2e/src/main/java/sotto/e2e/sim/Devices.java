package sotto.e2e.sim;

import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import sotto.account.v1.AccountServiceGrpc;
import sotto.chain.DeviceAddress;
import sotto.chain.DeviceId;

/// Adds a device to an account, and removes it, through the relays as a client does: again and
/// again until it is answered.
final class Devices {
  private static final long AGAIN = 500 * Scheduler.MILLI;

  private Devices() {}

  static void add(World world, Person person) {
    var second = person.device(Script.SECOND);
    if (client(world, second).isPresent() || world.isRemoved(second)) {
      return;
    }
    AccountServiceGrpc.newStub(world.aside(world.someRelay()))
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .addDevice(
            person.secondDevice,
            new Outcome<>(
                answer -> {
                  if (answer.hasAppended() && client(world, second).isEmpty()) {
                    world.addClient(person, Script.SECOND);
                  }
                },
                () -> world.scheduler().after(AGAIN, () -> add(world, person))));
  }

  static void remove(World world, Person person) {
    var second = person.device(Script.SECOND);
    var first = client(world, person.device(DeviceId.FIRST)).orElseThrow();
    if (client(world, second).isEmpty() || world.isRemoved(second) || !first.hasToken()) {
      return;
    }
    AccountServiceGrpc.newStub(first.authorised(world.aside(world.someRelay())))
        .withDeadlineAfter(5, TimeUnit.SECONDS)
        .appendLink(
            person.removalOfSecond,
            new Outcome<>(
                answer -> {
                  if (!answer.hasAppended()) {
                    throw new Violation("A1", "a good link was refused: " + answer);
                  }
                },
                () -> world.scheduler().after(AGAIN, () -> remove(world, person))));
    // From here on it may be removed: nothing is owed to it.
    world.removed(second);
  }

  private static Optional<SimClient> client(World world, DeviceAddress device) {
    return world.clients().stream().filter(client -> client.self().equals(device)).findFirst();
  }

  private record Outcome<A>(Consumer<A> answered, Runnable failed) implements StreamObserver<A> {
    @Override
    public void onNext(A answer) {
      answered.accept(answer);
    }

    @Override
    public void onError(Throwable failure) {
      failed.run();
    }

    @Override
    public void onCompleted() {}
  }
}
