package sotto.e2e.sim;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.RegisterResponse;
import sotto.account.v1.SignInRequest;
import sotto.chain.ChallengeBytes;
import sotto.chain.DeviceId;

/// Registers persons at a store, before anything else happens to it.
final class Registrar {
  private Registrar() {}

  static void register(List<BindableService> services, List<Person> persons) {
    var scheduler = new Scheduler();
    var net = new Net(scheduler, new Random(1));
    var store = new Machine("store", scheduler);
    store.serve(World.guarded(services));
    net.start(store);
    var client = new Machine("client", scheduler);
    net.start(client);
    var accounts = AccountServiceGrpc.newStub(net.channel(client, "store"));
    for (var person : persons) {
      accounts.register(person.registration, new Good(person.name));
    }
    while (scheduler.step(Scheduler.SECOND)) {
      // The next one.
    }
    persons.forEach(person -> signIn(accounts, person));
    while (scheduler.step(2 * Scheduler.SECOND)) {
      // The next one.
    }
  }

  /// Signing in takes more time than the rest of a run: the first devices have their tokens, but
  /// for some runs.
  private static void signIn(AccountServiceGrpc.AccountServiceStub accounts, Person person) {
    var id = ByteString.copyFrom(person.id.bytes());
    accounts.getChallenge(
        GetChallengeRequest.newBuilder().setAccountId(id).setDevice(1).build(),
        new Answer<>(challenge ->
            accounts.signIn(
                SignInRequest.newBuilder()
                    .setAccountId(id)
                    .setDevice(1)
                    .setChallenge(challenge.getChallenge())
                    .setServerName(Person.SERVER)
                    .setSignature(
                        ByteString.copyFrom(
                            person
                                .account()
                                .answer(
                                    Person.SERVER,
                                    ChallengeBytes.SIGN_IN,
                                    challenge.getChallenge().toByteArray(),
                                    DeviceId.FIRST)))
                    .build(),
                new Answer<>(signedIn -> person.token = signedIn.getToken().getValue()))));
  }

  private record Answer<A>(Consumer<A> told) implements StreamObserver<A> {
    @Override
    public void onNext(A answer) {
      told.accept(answer);
    }

    @Override
    public void onError(Throwable failure) {
      throw new IllegalStateException("cannot sign in", failure);
    }

    @Override
    public void onCompleted() {}
  }

  private record Good(String name) implements StreamObserver<RegisterResponse> {
    @Override
    public void onNext(RegisterResponse answer) {
      if (!answer.hasRegistered()) {
        throw new IllegalStateException(name + " cannot register: " + answer);
      }
    }

    @Override
    public void onError(Throwable failure) {
      throw new IllegalStateException(name + " cannot register", failure);
    }

    @Override
    public void onCompleted() {}
  }
}
