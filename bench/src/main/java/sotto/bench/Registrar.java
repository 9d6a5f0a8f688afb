package sotto.bench;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.AccountServiceGrpc.AccountServiceBlockingStub;
import sotto.account.v1.DeviceRegistration;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.GetServerInfoRequest;
import sotto.account.v1.RegisterRequest;
import sotto.account.v1.SignInRequest;
import sotto.chain.ChallengeBytes;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;

/// Makes accounts at a server and signs them in. Thread-safe.
final class Registrar {
  private static final int AT_ONCE = 64;

  private final boolean invited;
  private final Queue<String> invites;

  private Registrar(boolean invited, List<String> invites) {
    this.invited = invited;
    this.invites = new ArrayDeque<>(invites);
  }

  /// For a server that takes everybody.
  static Registrar open() {
    return new Registrar(false, List.of());
  }

  /// For one that wants an invite with each.
  static Registrar with(List<String> invites) {
    return new Registrar(true, invites);
  }

  /// Registers new accounts and signs them in.
  ///
  /// @param relay makes a connection; it is closed at the end
  List<Person> register(Supplier<ManagedChannel> relay, int count) {
    return with(
        relay,
        at -> {
          long seed = System.nanoTime();
          List<Supplier<Person>> all = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            long own = seed + i;
            all.add(() -> at.signedIn(register(at.accounts(), own)));
          }
          return all;
        });
  }

  /// Signs them in again.
  static List<Person> renewed(Supplier<ManagedChannel> relay, List<Person> people) {
    return with(
        relay,
        at -> people.stream().<Supplier<Person>>map(p -> () -> at.signedIn(p.account())).toList());
  }

  private interface Work {
    List<Supplier<Person>> at(SignIn server);
  }

  private static List<Person> with(Supplier<ManagedChannel> relay, Work work) {
    ManagedChannel channel = relay.get();
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      List<CompletableFuture<Person>> made =
          work.at(SignIn.at(channel)).stream()
              .map(one -> CompletableFuture.supplyAsync(one, threads))
              .toList();
      return made.stream().map(CompletableFuture::join).toList();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    } finally {
      channel.shutdownNow();
    }
  }

  private TestAccount register(AccountServiceBlockingStub accounts, long seed) {
    TestAccount account = TestAccount.found(seed);
    var registered =
        accounts.register(
            RegisterRequest.newBuilder()
                .setUsername("b" + Long.toUnsignedString(seed, 36))
                .setLink(ByteString.copyFrom(account.chain().links().getFirst().bytes()))
                .setDevice(
                    DeviceRegistration.newBuilder()
                        .setRegistrationId(1)
                        .setSignedPreKey(Person.key(33, 5))
                        .setLastResortKyberPreKey(Person.key(1569, 8)))
                .setInvite(invite())
                .build());
    switch (registered.getOutcomeCase()) {
      case REGISTERED -> {}
      case INVITE_REQUIRED ->
          throw new CannotMeasure("this server wants an invite for each account: --invites FILE");
      case INVITE_REFUSED -> throw new CannotMeasure("the server refused an invite");
      default -> throw new CannotMeasure("an account was not registered: " + registered);
    }
    return account;
  }

  private synchronized String invite() {
    if (!invited) {
      return "";
    }
    String next = invites.poll();
    if (next == null) {
      throw new CannotMeasure("there are more accounts to be made than invites given");
    }
    return next;
  }

  /// Where accounts sign in.
  ///
  /// @param name the server's, which is signed
  private record SignIn(AccountServiceBlockingStub accounts, String name) {
    static SignIn at(ManagedChannel channel) {
      var accounts = AccountServiceGrpc.newBlockingStub(channel);
      return new SignIn(
          accounts, accounts.getServerInfo(GetServerInfoRequest.getDefaultInstance()).getNames(0));
    }

    Person signedIn(TestAccount account) {
      ByteString id = ByteString.copyFrom(account.id().bytes());
      var challenge =
          accounts
              .getChallenge(GetChallengeRequest.newBuilder().setAccountId(id).setDevice(1).build())
              .getChallenge();
      byte[] signature =
          account.answer(name, ChallengeBytes.SIGN_IN, challenge.toByteArray(), DeviceId.FIRST);
      var answer =
          accounts.signIn(
              SignInRequest.newBuilder()
                  .setAccountId(id)
                  .setDevice(1)
                  .setServerName(name)
                  .setChallenge(challenge)
                  .setSignature(ByteString.copyFrom(signature))
                  .build());
      if (!answer.hasToken()) {
        throw new CannotMeasure("an account was not signed in: " + answer);
      }
      return new Person(account, answer.getToken().getValue());
    }
  }
}
