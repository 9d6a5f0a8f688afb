package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.GetChallengeRequest;
import sotto.account.v1.GetRecoveryRequest;
import sotto.account.v1.GetRecoveryResponse;
import sotto.account.v1.Recovery;
import sotto.account.v1.RecoveryProof;
import sotto.account.v1.RecoveryRecord;
import sotto.account.v1.SetRecoveryRequest;
import sotto.account.v1.SetRecoveryResponse;
import sotto.account.v1.SignInRequest;
import sotto.chain.AccountId;
import sotto.chain.ChallengeBytes;
import sotto.chain.DeviceId;
import sotto.chain.Ed25519KeyPairs;
import sotto.chain.Ed25519PublicKey;
import sotto.chain.RecoveryBytes;
import sotto.chain.RecoverySubject;
import sotto.chain.testing.TestAccount;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// What accounts are restored from (protocol C2).
@ContractTest
final class RecoveryTest {
  private static final DeviceId FIRST = DeviceId.FIRST;
  private static final ByteString MANIFEST = Rig.bytes(65_536, 7, 7);

  @TempDir Path folder;
  private Rig rig;
  private TestAccount bob;
  private KeyPair key;

  @BeforeEach
  void open() throws Exception {
    rig = Rig.open(folder);
    bob = rig.register(1, "bob");
    key = keyPair();
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private static KeyPair keyPair() {
    return Ed25519KeyPairs.generate(new SecureRandom());
  }

  private static RecoveryRecord record(KeyPair key, ByteString manifest) {
    return RecoveryRecord.newBuilder()
        .setAuthenticationKey(ByteString.copyFrom(Ed25519PublicKey.of(key.getPublic()).bytes()))
        .setManifest(manifest)
        .build();
  }

  private SetRecoveryResponse set(long expected, RecoveryRecord record) {
    return rig.accounts(bob.address(FIRST))
        .setRecovery(
            SetRecoveryRequest.newBuilder().setExpectedVersion(expected).setRecord(record).build());
  }

  private SetRecoveryResponse remove(long expected) {
    return rig.accounts(bob.address(FIRST))
        .setRecovery(SetRecoveryRequest.newBuilder().setExpectedVersion(expected).build());
  }

  private static GetRecoveryRequest named(String username) {
    return GetRecoveryRequest.newBuilder().setUsername(username).build();
  }

  private static GetRecoveryRequest of(TestAccount account) {
    return GetRecoveryRequest.newBuilder().setAccountId(Rig.id(account)).build();
  }

  private static RecoverySubject subject(GetRecoveryRequest who) {
    return who.hasUsername()
        ? new RecoverySubject.OfName(who.getUsername())
        : new RecoverySubject.OfAccount(new AccountId(who.getAccountId().toByteArray()));
  }

  private GetRecoveryResponse ask(GetRecoveryRequest request) {
    return rig.accounts().getRecovery(request);
  }

  private static ByteString sign(KeyPair key, byte[] message) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(key.getPrivate());
      signature.update(message);
      return ByteString.copyFrom(signature.sign());
    } catch (java.security.GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static GetRecoveryRequest proof(
      GetRecoveryRequest who, ByteString challenge, KeyPair signer) {
    return proof(who, challenge, signer, Rig.SERVER);
  }

  private static GetRecoveryRequest proof(
      GetRecoveryRequest who, ByteString challenge, KeyPair signer, String server) {
    byte[] message = RecoveryBytes.of(server, challenge.toByteArray(), subject(who));
    return who.toBuilder()
        .setProof(
            RecoveryProof.newBuilder()
                .setChallenge(challenge)
                .setServerName(server)
                .setSignature(sign(signer, message)))
        .build();
  }

  private GetRecoveryRequest proof(GetRecoveryRequest who) {
    return proof(who, ask(who).getChallenge(), key);
  }

  private Recovery recovered(GetRecoveryRequest who) {
    GetRecoveryResponse response = ask(proof(who));
    assertThat(response.hasRecovery()).isTrue();
    return response.getRecovery();
  }

  private void link() {
    assertThat(
            rig.accounts(bob.address(FIRST))
                .appendLink(
                    AppendLinkRequest.newBuilder()
                        .setLink(ByteString.copyFrom(bob.chain().links().getLast().bytes()))
                        .build())
                .hasAppended())
        .isTrue();
  }

  @Test
  void signedChallenge_givesChainManifestAndToken_byIdAndByName() {
    assertThat(set(0, record(key, MANIFEST)).getSet().getVersion()).isEqualTo(1);
    DeviceId _ = rig.addDevice(bob);
    rig = rig.reopen();
    for (GetRecoveryRequest who : List.of(of(bob), named("bob"))) {
      Recovery recovery = recovered(who);
      assertThat(recovery.getAccountId()).isEqualTo(Rig.id(bob));
      assertThat(recovery.getManifest()).isEqualTo(MANIFEST);
      assertThat(recovery.getVersion()).isEqualTo(1);
      assertThat(recovery.getLinksList())
          .isEqualTo(
              bob.chain().links().stream().map(l -> ByteString.copyFrom(l.bytes())).toList());
      assertThat(recovery.getRestoreToken().getExpiresAtMs())
          .isEqualTo(rig.clock.millis() + Duration.ofMinutes(10).toMillis());
    }
  }

  @Test
  void recordsAreSetOneUponTheOther_andARepeatedRequestHasItsOutcome() throws Exception {
    KeyPair next = keyPair();
    assertThat(set(0, record(key, MANIFEST)).getSet().getVersion()).isEqualTo(1);
    assertThat(set(0, record(key, MANIFEST)).getSet().getVersion()).isEqualTo(1);
    assertThat(set(0, record(next, MANIFEST)).getConflict().getVersion()).isEqualTo(1);
    assertThat(set(2, record(next, MANIFEST)).getConflict().getVersion()).isEqualTo(1);
    assertThat(set(-1, record(next, MANIFEST)).getConflict().getVersion()).isEqualTo(1);
    assertThat(recovered(of(bob)).getVersion()).isEqualTo(1);
    assertThat(set(1, record(next, ByteString.EMPTY)).getSet().getVersion()).isEqualTo(2);
    assertThat(ask(proof(of(bob))).hasRefused()).isTrue();
    key = next;
    assertThat(recovered(of(bob)).getManifest()).isEmpty();
  }

  @Test
  void removedRecord_opensNothing_andItsVersionGoesOn() {
    assertThat(set(0, record(key, MANIFEST)).hasSet()).isTrue();
    assertThat(remove(0).getConflict().getVersion()).isEqualTo(1);
    assertThat(remove(1).getSet().getVersion()).isEqualTo(2);
    assertThat(remove(1).getSet().getVersion()).isEqualTo(2);
    assertThat(ask(proof(of(bob))).hasRefused()).isTrue();
    assertThat(set(0, record(key, MANIFEST)).getConflict().getVersion()).isEqualTo(2);
    assertThat(set(2, record(key, MANIFEST)).getSet().getVersion()).isEqualTo(3);
    assertThat(recovered(of(bob)).getVersion()).isEqualTo(3);
  }

  @Test
  void keyThatIsNone_isRefused() {
    RecoveryRecord zero =
        RecoveryRecord.newBuilder().setAuthenticationKey(ByteString.copyFrom(new byte[32])).build();
    assertThat(set(0, zero).hasKeyRefused()).isTrue();
    assertThat(set(0, record(key, MANIFEST)).getSet().getVersion()).isEqualTo(1);
  }

  @Test
  void manifestAboveItsBound_isRefused() {
    RecoveryRecord large = record(key, Rig.bytes(65_537, 1, 1));
    assertThatThrownBy(() -> set(0, large))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.FIELD_OUT_OF_BOUNDS));
  }

  /// A token outlives its device by minutes: the thief of a removed device sets nothing.
  @Test
  void removedDevice_setsNothing() {
    DeviceId second = rig.addDevice(bob);
    bob.removeDevice(second);
    link();
    assertThatThrownBy(() ->
            rig.accounts(bob.address(second))
                .setRecovery(
                    SetRecoveryRequest.newBuilder().setRecord(record(key, MANIFEST)).build()))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.DEVICE_REMOVED));
    assertThat(ask(proof(of(bob))).hasRefused()).isTrue();
  }

  @Test
  void accountThatEnds_takesItsRecordAlong() throws Exception {
    assertThat(set(0, record(key, MANIFEST)).hasSet()).isTrue();
    GetRecoveryRequest before = proof(named("bob"));
    bob.delete();
    link();
    assertThat(ask(before).hasRefused()).isTrue();
    assertThat(ask(proof(of(bob))).hasRefused()).isTrue();
    assertThat(rig.count("SELECT COUNT(*) FROM recovery")).isZero();
  }

  @Test
  void wrongCallers_areRefusedAlike() throws Exception {
    TestAccount alice = rig.register(2, "alice");
    assertThat(set(0, record(key, MANIFEST)).hasSet()).isTrue();
    ByteString challenge = ask(of(bob)).getChallenge();
    byte[] changed = challenge.toByteArray();
    changed[20] ^= 1;
    GetRecoveryRequest good = proof(of(bob));
    ByteString signIn =
        rig.accounts()
            .getChallenge(
                GetChallengeRequest.newBuilder().setAccountId(Rig.id(bob)).setDevice(1).build())
            .getChallenge();
    List<GetRecoveryRequest> wrong =
        List.of(
            // No record, no account, no such name, no possible name.
            proof(of(alice)),
            proof(named("alice")),
            proof(of(TestAccount.found(9))),
            proof(named("nobody")),
            proof(named("..no..")),
            proof(of(bob), challenge, keyPair()),
            // A challenge of another subject, of signing in, of nobody.
            proof(of(bob), ask(named("bob")).getChallenge(), key),
            proof(named("bob"), challenge, key),
            proof(of(bob), signIn, key),
            proof(of(bob), ByteString.copyFrom(changed), key),
            proof(of(bob), Rig.bytes(16, 0, 0), key),
            with(good, good.getProof().toBuilder().setChallenge(Rig.bytes(1, 1, 1))),
            with(good, good.getProof().toBuilder().setSignature(Rig.bytes(64, 0, 0))),
            // Signed for another server, who passes it on.
            proof(of(bob), challenge, key, "elsewhere.example"),
            proof(of(bob), challenge, key, "é".repeat(127)),
            with(good, good.getProof().toBuilder().setServerName("elsewhere.example")));
    GetRecoveryResponse refused = ask(wrong.getFirst());
    assertThat(refused.hasRefused()).isTrue();
    wrong.forEach(request -> assertThat(ask(request)).isEqualTo(refused));
    assertThat(ask(good).hasRecovery()).isTrue();
  }

  private static GetRecoveryRequest with(GetRecoveryRequest request, RecoveryProof.Builder proof) {
    return request.toBuilder().setProof(proof).build();
  }

  @Test
  void everybodyGetsAChallenge_ofOneForm() {
    for (GetRecoveryRequest who :
        List.of(of(bob), of(TestAccount.found(9)), named("bob"), named("nobody"))) {
      assertThat(ask(who).getChallenge().size()).isEqualTo(57);
    }
  }

  @Test
  void challengeEndsAfterAMinute() {
    assertThat(set(0, record(key, MANIFEST)).hasSet()).isTrue();
    GetRecoveryRequest request = proof(of(bob));
    rig.clock.pass(Duration.ofSeconds(59));
    assertThat(ask(request).hasRecovery()).isTrue();
    rig.clock.pass(Duration.ofSeconds(1));
    assertThat(ask(request).hasRefused()).isTrue();
  }

  @Test
  void challengeOfARecovery_signsNoDeviceIn() {
    ByteString challenge = ask(of(bob)).getChallenge();
    SignInRequest request =
        SignInRequest.newBuilder()
            .setAccountId(Rig.id(bob))
            .setDevice(1)
            .setChallenge(challenge)
            .setServerName(Rig.SERVER)
            .setSignature(
                ByteString.copyFrom(
                    bob.answer(Rig.SERVER, ChallengeBytes.SIGN_IN, challenge.toByteArray(), FIRST)))
            .build();
    assertThat(rig.accounts().signIn(request).hasRefused()).isTrue();
  }

  /// The name was chosen so that both challenges are of the same bytes, an account and a device.
  @Test
  void challengeOfSigningIn_opensNoRecovery() {
    String name = "abcdefghijklmnop";
    bob = rig.register(3, name);
    assertThat(set(0, record(key, MANIFEST)).hasSet()).isTrue();
    byte[] subject = new RecoverySubject.OfName(name).bytes();
    ByteString challenge =
        rig.accounts()
            .getChallenge(
                GetChallengeRequest.newBuilder()
                    .setAccountId(ByteString.copyFrom(subject, 0, AccountId.LENGTH))
                    .setDevice(subject[AccountId.LENGTH])
                    .build())
            .getChallenge();
    assertThat(ask(proof(named(name), challenge, key)).hasRefused()).isTrue();
    assertThat(ask(proof(named(name))).hasRecovery()).isTrue();
  }
}
