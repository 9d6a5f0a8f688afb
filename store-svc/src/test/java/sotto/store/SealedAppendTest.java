package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.signal.libsignal.metadata.certificate.CertificateValidator;
import org.signal.libsignal.metadata.certificate.InvalidCertificateException;
import org.signal.libsignal.metadata.certificate.SenderCertificate;
import org.signal.libsignal.protocol.ecc.ECPublicKey;
import sotto.account.v1.AppendLinkRequest;
import sotto.account.v1.GetSenderCertificateRequest;
import sotto.account.v1.GetServerInfoRequest;
import sotto.account.v1.SetProfileRequest;
import sotto.chain.DeviceId;
import sotto.chain.testing.TestAccount;
import sotto.mailbox.v1.Append;
import sotto.mailbox.v1.AppendResult;
import sotto.mesh.Rate;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Envelopes of senders that say not who they are, and the certificates that they show each other.
@ContractTest
final class SealedAppendTest {
  private static final DeviceId FIRST = DeviceId.FIRST;
  private static final ByteString KEY = Rig.bytes(16, 1, 1);
  private static final ByteString OTHER_KEY = Rig.bytes(16, 2, 2);

  @TempDir Path folder;
  private Rig rig;
  private Appender relay;
  private TestAccount bob;
  private int version;

  @BeforeEach
  void open() throws Exception {
    rig = Rig.open(folder, c -> c.sealed(new Rate(5, Duration.ofHours(1))));
    relay = rig.appender();
    bob = rig.register(1, "bob");
    admit(bob, KEY);
  }

  @AfterEach
  void close() {
    relay.close();
    rig.close();
  }

  private void admit(TestAccount account, ByteString key) throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.toByteArray());
    assertThat(
            rig.accounts(account.address(FIRST))
                .setProfile(
                    SetProfileRequest.newBuilder()
                        .setVersion(++version)
                        .setAccessKeyHash(ByteString.copyFrom(hash))
                        .setProfile(Rig.bytes(40, 3, 3))
                        .build())
                .hasSet())
        .isTrue();
  }

  private Append.Builder sealed(TestAccount to, long n, ByteString key) {
    return rig.append(to, n).setAccessKey(key);
  }

  private AppendResult.OutcomeCase outcome(TestAccount to, long n, ByteString key)
      throws InterruptedException {
    return relay.one(sealed(to, n, key)).getOutcomeCase();
  }

  @Test
  void whoHasTheKey_isLetIn_andNobodyIsNoted() throws Exception {
    assertThat(outcome(bob, 1, KEY)).isEqualTo(AppendResult.OutcomeCase.APPENDED);
    assertThat(outcome(bob, 2, KEY)).isEqualTo(AppendResult.OutcomeCase.APPENDED);
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1", "envelope 2");
    assertThat(rig.count("SELECT COUNT(*) FROM inbox WHERE sender_tag IS NOT NULL")).isZero();
    rig = rig.reopen();
    relay = rig.appender();
    assertThat(outcome(bob, 3, KEY)).isEqualTo(AppendResult.OutcomeCase.APPENDED);
  }

  @Test
  void wrongKey_noKey_anEndedAndAnUnknownAccount_haveOneAnswer() throws Exception {
    TestAccount keyless = rig.register(2, "keyless");
    TestAccount ended = rig.register(3, "ended");
    version = 0;
    admit(ended, KEY);
    ended.delete();
    rig.accounts(ended.address(FIRST))
        .appendLink(
            AppendLinkRequest.newBuilder()
                .setLink(ByteString.copyFrom(ended.chain().links().getLast().bytes()))
                .build());
    AppendResult wrong = relay.one(sealed(bob, 1, OTHER_KEY));
    assertThat(wrong.hasNotAdmitted()).isTrue();
    for (Append.Builder other :
        List.of(
            sealed(keyless, 1, KEY),
            sealed(ended, 1, KEY),
            sealed(TestAccount.found(9), 1, KEY),
            // What else is wrong with it, nobody is told.
            sealed(bob, 1, OTHER_KEY).clearDevices())) {
      AppendResult answer = relay.one(other);
      assertThat(
              answer.toBuilder().setRequest(wrong.getRequest()).setEpoch(wrong.getEpoch()).build())
          .isEqualTo(wrong);
    }
    assertThat(rig.mailbox(bob, 1)).isEmpty();
  }

  @Test
  void wrongKey_andUnknownAccount_costTheSameStatements_whateverIsKnownHere() throws Exception {
    TestAccount nobody = TestAccount.found(9);
    List<String> unknown = statements(sealed(nobody, 1, OTHER_KEY));
    assertThat(unknown).filteredOn(sql -> sql.contains("profile")).hasSize(1);
    assertThat(unknown).filteredOn(sql -> sql.contains("inbox")).hasSize(1);
    // Nothing of Bob is in memory, then all is.
    rig = rig.reopen();
    relay = rig.appender();
    assertThat(relay.one(sealed(nobody, 2, KEY)).hasNotAdmitted()).isTrue();
    assertThat(statements(sealed(bob, 1, OTHER_KEY))).isEqualTo(unknown);
    assertThat(relay.one(sealed(bob, 2, KEY)).hasAppended()).isTrue();
    assertThat(statements(sealed(bob, 3, OTHER_KEY))).isEqualTo(unknown);
    assertThat(statements(sealed(nobody, 3, OTHER_KEY))).isEqualTo(unknown);
    // Who is let in needs none of that.
    assertThat(statements(sealed(bob, 4, KEY))).noneMatch(sql -> sql.contains("profile"));
  }

  /// Without those about the bucket: whether it has to be taken over depends on who asked before.
  private List<String> statements(Append.Builder append) throws InterruptedException {
    rig.dialect.executed.clear();
    var _ = relay.one(append);
    return rig.dialect.executed.stream().filter(sql -> !sql.contains(" bucket ")).toList();
  }

  @Test
  void keyThatWasReplaced_letsNobodyInAnyMore_andTheNewOneDoes() throws Exception {
    assertThat(outcome(bob, 1, KEY)).isEqualTo(AppendResult.OutcomeCase.APPENDED);
    admit(bob, OTHER_KEY);
    assertThat(outcome(bob, 2, KEY)).isEqualTo(AppendResult.OutcomeCase.NOT_ADMITTED);
    assertThat(outcome(bob, 3, OTHER_KEY)).isEqualTo(AppendResult.OutcomeCase.APPENDED);
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1", "envelope 3");
  }

  @Test
  void whatAnEarlierTryStored_isAccepted_alsoWithAKeyThatLetsNobodyInAnyMore() throws Exception {
    AppendResult first = relay.one(sealed(bob, 1, KEY));
    admit(bob, OTHER_KEY);
    AppendResult again = relay.one(sealed(bob, 1, KEY));
    assertThat(again.getAppended().getStored(0).getPosition())
        .isEqualTo(first.getAppended().getStored(0).getPosition());
    assertThat(again.getAppended().getAcceptedAtMs())
        .isEqualTo(first.getAppended().getAcceptedAtMs());
    assertThat(rig.mailbox(bob, 1)).containsExactly("envelope 1");
  }

  @Test
  void limitOfTheRecipient_refusesWhatIsNew_andAcceptsWhatIsThere() throws Exception {
    for (int n = 1; n <= 5; n++) {
      assertThat(outcome(bob, n, KEY)).isEqualTo(AppendResult.OutcomeCase.APPENDED);
    }
    AppendResult limited = relay.one(sealed(bob, 6, KEY));
    assertThat(limited.getRateLimited().getLimit()).isEqualTo("sealed-per-recipient");
    assertThat(limited.getRateLimited().getRetryAfterMs()).isPositive();
    assertThat(outcome(bob, 5, KEY)).isEqualTo(AppendResult.OutcomeCase.APPENDED);
    // Those who say who they are have limits of their own.
    TestAccount alice = rig.register(2, "alice");
    assertThat(relay.one(rig.append(alice.address(FIRST), bob, 7)).hasAppended()).isTrue();
    assertThat(rig.mailbox(bob, 1)).hasSize(6);
  }

  @Test
  void whoHasNotTheKey_takesNothingOfTheRecipientsAllowance() throws Exception {
    for (int n = 1; n <= 20; n++) {
      assertThat(outcome(bob, n, OTHER_KEY)).isEqualTo(AppendResult.OutcomeCase.NOT_ADMITTED);
    }
    assertThat(outcome(bob, 21, KEY)).isEqualTo(AppendResult.OutcomeCase.APPENDED);
  }

  @Test
  void refusalInALane_refusesWhatIsBehindIt() throws Exception {
    var answers =
        relay.ask(
            sealed(bob, 1, OTHER_KEY).setLane(7).setGeneration(1),
            sealed(bob, 2, KEY).setLane(7).setGeneration(1),
            sealed(bob, 1, KEY).setLane(7).setGeneration(2));
    assertThat(answers)
        .extracting(AppendResult::getOutcomeCase)
        .containsExactly(
            AppendResult.OutcomeCase.NOT_ADMITTED,
            AppendResult.OutcomeCase.RETRY_IN_ORDER,
            AppendResult.OutcomeCase.APPENDED);
  }

  @Test
  void deviceListThatIsWrong_isToldToWhoHasTheKey() throws Exception {
    rig.addDevice(bob);
    Append.Builder partial = sealed(bob, 1, KEY);
    partial.removeDevices(1);
    assertThat(relay.one(partial).getMismatchedDevices().getMissingList()).containsExactly(2);
    assertThat(relay.one(partial.setAccessKey(OTHER_KEY)).hasNotAdmitted()).isTrue();
  }

  /// An account whose identity key, which is random bytes, is a key: it begins as one does.
  private TestAccount certifiable() {
    long seed =
        LongStream.iterate(100, s -> s + 1)
            .filter(s -> {
              var entry = TestAccount.found(s).chain().device(FIRST).orElseThrow();
              return entry.identityKey().toArray()[0] == 5;
            })
            .findFirst()
            .orElseThrow();
    return rig.register(seed, "certifiable");
  }

  private SenderCertificate certificate(TestAccount of) throws Exception {
    return new SenderCertificate(
        rig.accounts(of.address(FIRST))
            .getSenderCertificate(GetSenderCertificateRequest.getDefaultInstance())
            .getCertificate()
            .toByteArray());
  }

  private CertificateValidator validator() throws Exception {
    var roots =
        rig.accounts().getServerInfo(GetServerInfoRequest.getDefaultInstance()).getTrustRootsList();
    assertThat(roots).hasSize(1);
    return new CertificateValidator(new ECPublicKey(roots.getFirst().toByteArray()));
  }

  @Test
  void certificate_namesTheCallerWithTheKeyOfItsChain_forADay() throws Exception {
    long now = rig.clock.millis();
    TestAccount alice = certifiable();
    SenderCertificate certificate = certificate(alice);
    assertThat(certificate.getSenderUuid().replace("-", "")).isEqualTo(alice.id().toString());
    assertThat(certificate.getSenderDeviceId()).isEqualTo(1);
    assertThat(certificate.getKey().serialize())
        .isEqualTo(alice.chain().device(FIRST).orElseThrow().identityKey().toArray());
    assertThat(certificate.getExpiration()).isEqualTo(now + Duration.ofDays(1).toMillis());
    validator().validate(certificate, certificate.getExpiration());
    assertThatThrownBy(() -> validator().validate(certificate, certificate.getExpiration() + 1))
        .isInstanceOf(InvalidCertificateException.class);
  }

  @Test
  void trustRoot_staysForEver_whileTheKeysUnderItChange() throws Exception {
    CertificateValidator pinned = validator();
    TestAccount alice = certifiable();
    SenderCertificate first = certificate(alice);
    rig = rig.reopen();
    assertThat(certificate(alice).getSigner().getKeyId()).isEqualTo(first.getSigner().getKeyId());
    rig.clock.pass(Duration.ofDays(30));
    SenderCertificate later = certificate(alice);
    pinned.validate(later, rig.clock.millis());
    assertThat(later.getSigner().getKeyId()).isNotEqualTo(first.getSigner().getKeyId());
    assertThat(rig.count("SELECT COUNT(*) FROM server_key WHERE kind = 'sender-signing'"))
        .isEqualTo(1);
  }

  @Test
  void deviceThatWasRemoved_getsNoCertificate() {
    DeviceId second = rig.addDevice(bob);
    bob.removeDevice(second);
    rig.accounts(bob.address(FIRST))
        .appendLink(
            AppendLinkRequest.newBuilder()
                .setLink(ByteString.copyFrom(bob.chain().links().getLast().bytes()))
                .build());
    assertThatThrownBy(() ->
            rig.accounts(bob.address(second))
                .getSenderCertificate(GetSenderCertificateRequest.getDefaultInstance()))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.DEVICE_REMOVED));
  }
}
