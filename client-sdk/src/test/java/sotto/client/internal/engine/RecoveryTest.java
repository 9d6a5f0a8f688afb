package sotto.client.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sotto.account.v1.AccountServiceGrpc.AccountServiceImplBase;
import sotto.account.v1.GetRecoveryRequest;
import sotto.account.v1.GetRecoveryResponse;
import sotto.account.v1.RecoveryRefused;
import sotto.chain.AccountChain;
import sotto.chain.Bytes;
import sotto.chain.RecoveryBytes;
import sotto.chain.RecoverySubject;
import sotto.chain.testing.TestAccount;
import sotto.client.ServerAddress;
import sotto.client.Username;
import sotto.client.internal.net.Wire;
import sotto.crypto.BackupKey;
import sotto.crypto.FoundAccount;
import sotto.crypto.RecoveryCode;
import sotto.crypto.RecoveryKey;

/// What a server may say to the holder of a recovery code.
final class RecoveryTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final ServerAddress SERVER = ServerAddress.of("chat.example", 1);
  private static final Username ALICE = Username.of("alice");

  private final RecoveryCode code = RecoveryCode.generate(RANDOM);
  private final AccountChain alice = found();
  private final AccountChain mallory = found();
  private final Liar liar = new Liar();
  private Server server;
  private ManagedChannel channel;

  private static AccountChain found() {
    return FoundAccount.create(RecoveryKey.generate(RANDOM), Clock.systemUTC(), RANDOM).chain();
  }

  /// Checks proofs as a server does and answers what it was told to.
  private final class Liar extends AccountServiceImplBase {
    private final byte[] challenge = new byte[57];
    private sotto.account.v1.Recovery answer = honest(alice).build();

    @Override
    public void getRecovery(GetRecoveryRequest request, StreamObserver<GetRecoveryResponse> out) {
      var response = GetRecoveryResponse.newBuilder();
      if (!request.hasProof()) {
        response.setChallenge(ByteString.copyFrom(challenge));
      } else if (isSigned(request)) {
        response.setRecovery(answer);
      } else {
        response.setRefused(RecoveryRefused.getDefaultInstance());
      }
      out.onNext(response.build());
      out.onCompleted();
    }

    private boolean isSigned(GetRecoveryRequest request) {
      RecoverySubject subject =
          request.hasUsername()
              ? new RecoverySubject.OfName(request.getUsername())
              : new RecoverySubject.OfAccount(alice.id());
      try (var key = code.authenticationKey()) {
        return key.publicKey()
            .verifies(
                RecoveryBytes.of("chat.example", challenge, subject),
                request.getProof().getSignature().toByteArray());
      }
    }
  }

  private sotto.account.v1.Recovery.Builder honest(AccountChain chain) {
    return sealedFor(alice, chain);
  }

  private sotto.account.v1.Recovery.Builder sealedFor(AccountChain whose, AccountChain chain) {
    try (BackupKey key = code.backupKey()) {
      return sotto.account.v1.Recovery.newBuilder()
          .setAccountId(ByteString.copyFrom(chain.id().bytes()))
          .addAllLinks(chain.links().stream().map(l -> ByteString.copyFrom(l.bytes())).toList())
          .setManifest(ByteString.copyFrom(key.seal(whose.id(), new byte[] {1, 2}, RANDOM)))
          .setVersion(7);
    }
  }

  @BeforeEach
  void start() throws IOException {
    String name = UUID.randomUUID().toString();
    server = InProcessServerBuilder.forName(name).directExecutor().addService(liar).build().start();
    channel = InProcessChannelBuilder.forName(name).directExecutor().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.shutdownNow();
    code.close();
  }

  private Wire dial(ServerAddress address) {
    assertThat(address).isEqualTo(SERVER);
    return new Wire() {
      @Override
      public ManagedChannel channel() {
        return channel;
      }

      @Override
      public void close() {}
    };
  }

  private Recovery.Outcome byName(RecoveryCode with) {
    try (Recovery recovery = Recovery.of(SERVER, this::dial, with, ALICE)) {
      return recovery.fetch();
    }
  }

  private Recovery.Outcome byId() {
    try (Recovery recovery = Recovery.of(SERVER, this::dial, code, alice.id())) {
      return recovery.fetch();
    }
  }

  @Test
  void honestServer_opens_byNameAndById() {
    var opened = new Recovery.Opened(alice, Bytes.of(new byte[] {1, 2}), 7);
    for (var outcome : List.of(byName(code), byId())) {
      assertThat(outcome)
          .isInstanceOfSatisfying(
              Recovery.Opened.class,
              o -> {
                assertThat(o.chain().id()).isEqualTo(opened.chain().id());
                assertThat(o.manifest()).isEqualTo(opened.manifest());
                assertThat(o.version()).isEqualTo(7);
              });
    }
  }

  @Test
  void wrongCode_isRefused() {
    try (RecoveryCode other = RecoveryCode.generate(RANDOM)) {
      assertThat(byName(other)).isEqualTo(new Recovery.Refused());
    }
  }

  @Test
  void whatIsNotTheAccounts_isForged() {
    var honest = honest(alice).build();
    var damaged = honest.getManifest().toByteArray();
    damaged[30] ^= 1;
    var swapped = ByteString.copyFrom(mallory.id().bytes());
    for (var lie :
        List.of(
            // Another account's chain with this one's manifest, whole or in part.
            honest(mallory).build(),
            honest(mallory).setAccountId(honest.getAccountId()).build(),
            honest.toBuilder().setAccountId(swapped).build(),
            honest.toBuilder().clearLinks().build(),
            honest.toBuilder().addLinks(honest.getLinks(0)).build(),
            honest.toBuilder().setLinks(0, ByteString.copyFromUtf8("link")).build(),
            honest.toBuilder().clearManifest().build(),
            honest.toBuilder().setManifest(ByteString.copyFrom(damaged)).build())) {
      liar.answer = lie;
      assertThat(byName(code)).isEqualTo(new Recovery.Forged());
      assertThat(byId()).isEqualTo(new Recovery.Forged());
    }
  }

  /// Somebody may have two accounts with one code.
  @Test
  void otherAccountOfTheCode_isForged_whereOneWasAskedFor() {
    liar.answer = sealedFor(mallory, mallory).build();
    assertThat(byId()).isEqualTo(new Recovery.Forged());
    assertThat(byName(code)).isInstanceOf(Recovery.Opened.class);
  }

  @Test
  void accountThatHasEnded_isForged() {
    TestAccount ended = TestAccount.found(1);
    ended.delete();
    liar.answer = sealedFor(ended.chain(), ended.chain()).build();
    assertThat(byName(code)).isEqualTo(new Recovery.Forged());
  }
}
