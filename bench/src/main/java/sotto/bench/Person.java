package sotto.bench;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
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
import sotto.keys.v1.SignedPreKey;

/// An account with one device, signed in. Its messages' keys are none: what it sends is noise.
///
/// @param id the account's
/// @param token of its device
record Person(ByteString id, String token) {
  private static final int AT_ONCE = 64;

  /// Registers new accounts and signs them in, through one relay.
  static List<Person> register(ManagedChannel relay, int count) {
    AccountServiceBlockingStub accounts = AccountServiceGrpc.newBlockingStub(relay);
    String server = accounts.getServerInfo(GetServerInfoRequest.getDefaultInstance()).getNames(0);
    long seed = System.nanoTime();
    List<CompletableFuture<Person>> made = new ArrayList<>();
    try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (int i = 0; i < count; i++) {
        long own = seed + i;
        made.add(CompletableFuture.supplyAsync(() -> register(accounts, server, own), threads));
      }
    }
    return made.stream().map(CompletableFuture::join).toList();
  }

  private static Person register(AccountServiceBlockingStub accounts, String server, long seed) {
    TestAccount account = TestAccount.found(seed);
    ByteString id = ByteString.copyFrom(account.id().bytes());
    var registered =
        accounts.register(
            RegisterRequest.newBuilder()
                .setUsername("b" + Long.toUnsignedString(seed, 36))
                .setLink(ByteString.copyFrom(account.chain().links().getFirst().bytes()))
                .setDevice(
                    DeviceRegistration.newBuilder()
                        .setRegistrationId(1)
                        .setSignedPreKey(key(33, 5))
                        .setLastResortKyberPreKey(key(1569, 8)))
                .build());
    if (!registered.hasRegistered()) {
      throw new IllegalStateException("not registered: " + registered);
    }
    byte[] challenge =
        accounts
            .getChallenge(GetChallengeRequest.newBuilder().setAccountId(id).setDevice(1).build())
            .getChallenge()
            .toByteArray();
    var answer =
        accounts.signIn(
            SignInRequest.newBuilder()
                .setAccountId(id)
                .setDevice(1)
                .setServerName(server)
                .setChallenge(ByteString.copyFrom(challenge))
                .setSignature(
                    ByteString.copyFrom(
                        account.answer(server, ChallengeBytes.SIGN_IN, challenge, DeviceId.FIRST)))
                .build());
    if (!answer.hasToken()) {
      throw new IllegalStateException("not signed in");
    }
    return new Person(id, answer.getToken().getValue());
  }

  /// A public key of which nobody has the private one.
  static SignedPreKey key(int length, int type) {
    byte[] bytes = new byte[length];
    bytes[0] = (byte) type;
    return SignedPreKey.newBuilder()
        .setId(1)
        .setPublicKey(ByteString.copyFrom(bytes))
        .setSignature(ByteString.copyFrom(new byte[64]))
        .build();
  }
}
