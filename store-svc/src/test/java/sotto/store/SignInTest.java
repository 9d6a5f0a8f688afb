package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.SignInRequest;
import sotto.account.v1.SignInResponse;
import sotto.account.v1.Token;
import sotto.chain.ChallengeBytes;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.GetTokenKeysRequest;
import sotto.mailbox.v1.TokenKey;
import sotto.mesh.DeviceToken;

@ContractTest
final class SignInTest {
  private static final DeviceId FIRST = DeviceId.FIRST;

  @TempDir Path folder;
  private Rig rig;
  private TestAccount bob;

  @BeforeEach
  void open() {
    rig = Rig.open(folder);
    bob = rig.register(1, "bob");
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private byte[] challenge(TestAccount account, int device) {
    return rig.accounts()
        .getChallenge(
            GetChallengeRequest.newBuilder()
                .setAccountId(Rig.id(account))
                .setDevice(device)
                .build())
        .getChallenge()
        .toByteArray();
  }

  private SignInRequest.Builder answer(String server, String purpose, byte[] challenge) {
    return SignInRequest.newBuilder()
        .setAccountId(Rig.id(bob))
        .setDevice(1)
        .setChallenge(ByteString.copyFrom(challenge))
        .setServerName(server)
        .setSignature(ByteString.copyFrom(bob.answer(server, purpose, challenge, FIRST)));
  }

  private SignInRequest.Builder answer() {
    return answer(Rig.SERVER, ChallengeBytes.SIGN_IN, challenge(bob, 1));
  }

  private SignInResponse signIn(SignInRequest.Builder request) {
    return rig.accounts().signIn(request.build());
  }

  private List<TokenKey> keys() {
    return rig.mailbox().getTokenKeys(GetTokenKeysRequest.getDefaultInstance()).getKeysList();
  }

  /// As a relay checks it.
  private String subject(Token token, TokenKey key) throws Exception {
    byte[] x509 = HexFormat.of().parseHex("302a300506032b6570032100" + hex(key));
    PublicKey publicKey =
        KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(x509));
    return new JwtConsumerBuilder()
        .setJwsAlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, "EdDSA")
        .setVerificationKey(publicKey)
        .setExpectedIssuer(DeviceToken.ISSUER)
        .setExpectedAudience(DeviceToken.AUDIENCE)
        .setRequireExpirationTime()
        .setRequireIssuedAt()
        .setRequireJwtId()
        .setEvaluationTime(NumericDate.fromMilliseconds(rig.clock.millis()))
        .build()
        .processToClaims(token.getValue())
        .getSubject();
  }

  private static String hex(TokenKey key) {
    return HexFormat.of().formatHex(key.getPublicKey().toByteArray());
  }

  @Test
  void signedChallenge_givesATokenARelayAccepts() throws Exception {
    Token token = signIn(answer()).getToken();
    assertThat(token.getExpiresAtMs())
        .isEqualTo(rig.clock.millis() + Duration.ofMinutes(10).toMillis());
    assertThat(token.getValue().length()).isLessThan(1024);
    String subject = subject(token, keys().getFirst());
    assertThat(DeviceToken.device(subject)).contains(bob.address(FIRST));
  }

  @Test
  void tokenSurvivesARestart_andEndsAfterTenMinutes() throws Exception {
    Token token = signIn(answer()).getToken();
    rig = rig.reopen();
    rig.clock.pass(Duration.ofMinutes(9));
    assertThat(subject(token, keys().getFirst())).isNotEmpty();
    rig.clock.pass(Duration.ofMinutes(1));
    assertThat(
            org.assertj.core.api.Assertions.catchThrowable(() -> subject(token, keys().getFirst())))
        .isInstanceOf(InvalidJwtException.class);
  }

  @Test
  void challengeSurvivesARestart_andEndsAfterAMinute() {
    SignInRequest.Builder answer = answer();
    rig = rig.reopen();
    rig.clock.pass(Duration.ofSeconds(59));
    assertThat(signIn(answer).hasToken()).isTrue();
    rig.clock.pass(Duration.ofSeconds(1));
    assertThat(signIn(answer).hasRefused()).isTrue();
  }

  @Test
  void challengeFromTheFuture_isRefused() {
    rig.clock.pass(Duration.ofDays(365));
    SignInRequest.Builder answer = answer();
    rig.clock.pass(Duration.ofDays(-365));
    assertThat(signIn(answer).hasRefused()).isTrue();
  }

  @Test
  void wrongAnswers_areRefusedAlike() {
    TestAccount alice = rig.register(2, "alice");
    byte[] challenge = challenge(bob, 1);
    byte[] changed = challenge.clone();
    changed[20] ^= 1;
    List<SignInRequest.Builder> wrong =
        List.of(
            answer("evil.example", ChallengeBytes.SIGN_IN, challenge),
            answer(Rig.SERVER, ChallengeBytes.SIGN_IN, challenge).setServerName("localhost"),
            answer(Rig.SERVER, "recover", challenge),
            answer(Rig.SERVER, ChallengeBytes.SIGN_IN, changed),
            answer(Rig.SERVER, ChallengeBytes.SIGN_IN, challenge(alice, 1)),
            answer(Rig.SERVER, ChallengeBytes.SIGN_IN, challenge(bob, 2)),
            answer(Rig.SERVER, ChallengeBytes.SIGN_IN, new byte[16]),
            answer().setChallenge(ByteString.copyFrom(new byte[] {1})),
            answer().setSignature(ByteString.copyFrom(new byte[64])),
            answer().setDevice(2),
            answer().setAccountId(Rig.id(alice)),
            answer().setAccountId(Rig.id(TestAccount.found(9))));
    SignInResponse refused = signIn(wrong.getFirst());
    assertThat(refused.hasRefused()).isTrue();
    wrong.forEach(request -> assertThat(signIn(request)).isEqualTo(refused));
  }

  @Test
  void removedDevice_cannotSignIn_andIsShownItsRemoval_nobodyElseIs() {
    DeviceId second = rig.addDevice(bob);
    byte[] challenge = challenge(bob, 2);
    SignInRequest.Builder answer =
        answer(Rig.SERVER, ChallengeBytes.SIGN_IN, challenge)
            .setDevice(2)
            .setSignature(
                ByteString.copyFrom(
                    bob.answer(Rig.SERVER, ChallengeBytes.SIGN_IN, challenge, second)));
    assertThat(signIn(answer).hasToken()).isTrue();
    bob.removeDevice(second);
    rig.accounts(bob.address(FIRST))
        .appendLink(
            sotto.account.v1.AppendLinkRequest.newBuilder()
                .setLink(ByteString.copyFrom(bob.chain().links().getLast().bytes()))
                .build());
    SignInResponse removed = signIn(answer);
    assertThat(removed.getRemoved().getLinksList())
        .extracting(ByteString::toByteArray)
        .containsExactlyElementsOf(bob.chain().links().stream().map(l -> l.bytes()).toList());
    assertThat(signIn(answer.clone().setSignature(ByteString.copyFrom(new byte[64]))).hasRefused())
        .isTrue();
    assertThat(signIn(answer.clone().setServerName("localhost")).hasRefused()).isTrue();
    rig.clock.pass(Duration.ofMinutes(2));
    assertThat(signIn(answer).hasRefused()).isTrue();
  }

  @Test
  void deviceOfAnAccountThatWasDeleted_isShownItsLastLink() {
    byte[] challenge = challenge(bob, 1);
    SignInRequest.Builder answer = answer(Rig.SERVER, ChallengeBytes.SIGN_IN, challenge);
    bob.delete();
    rig.accounts(bob.address(FIRST))
        .appendLink(
            sotto.account.v1.AppendLinkRequest.newBuilder()
                .setLink(ByteString.copyFrom(bob.chain().links().getLast().bytes()))
                .build());
    assertThat(signIn(answer).getRemoved().getLinksList())
        .extracting(ByteString::toByteArray)
        .containsExactlyElementsOf(bob.chain().links().stream().map(l -> l.bytes()).toList());
    assertThat(signIn(answer.clone().setSignature(ByteString.copyFrom(new byte[64]))).hasRefused())
        .isTrue();
  }

  @Test
  void signingKey_changesDailyAndTheOneBeforeStaysValid() throws Exception {
    Token old = signIn(answer()).getToken();
    String oldKey = keys().getFirst().getId();
    rig.clock.pass(Duration.ofDays(1));
    assertThat(keys()).hasSize(2);
    assertThat(keys().get(1).getId()).isEqualTo(oldKey);
    Token young = signIn(answer()).getToken();
    assertThat(subject(young, keys().getFirst())).isNotEmpty();
    rig.clock.pass(Duration.ofDays(-1));
    assertThat(subject(old, keys().getFirst())).isNotEmpty();
    rig.clock.pass(Duration.ofDays(3));
    rig = rig.reopen();
    assertThat(keys()).hasSize(2).noneMatch(key -> key.getId().equals(oldKey));
    assertThat(rig.count("SELECT COUNT(*) FROM server_key WHERE kind = 'token'")).isEqualTo(2);
  }
}
