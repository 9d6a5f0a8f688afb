package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.LookUpUsernameRequest;
import sotto.account.v1.LookUpUsernameResponse;
import sotto.account.v1.RegisterRequest;
import sotto.account.v1.RegisterResponse;
import sotto.chain.testing.TestAccount;

/// Protocol A4: claim, account, confirm; every step may be done again.
@ContractTest
final class RegistrationTest {
  @TempDir Path folder;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = Rig.open(folder);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private RegisterResponse register(TestAccount account, String name) {
    return rig.accounts().register(Rig.registration(account, name));
  }

  private LookUpUsernameResponse lookUp(String name) {
    return rig.accounts()
        .lookUpUsername(LookUpUsernameRequest.newBuilder().setUsername(name).build());
  }

  private boolean exists(TestAccount account) {
    return rig.accounts()
        .getChain(GetChainRequest.newBuilder().setAccountId(Rig.id(account)).build())
        .getFound();
  }

  @Test
  void registeredName_isFound() {
    TestAccount bob = rig.register(1, "bob");
    assertThat(lookUp("bob").getFound().getAccountId()).isEqualTo(Rig.id(bob));
    assertThat(lookUp("bob2").hasNotFound()).isTrue();
    assertThat(lookUp("Bob").hasNotFound()).isTrue();
  }

  @Test
  void sameRegistrationAgain_hasTheSameOutcome() throws Exception {
    TestAccount bob = rig.register(1, "bob");
    assertThat(register(bob, "bob").getRegistered().getAccountId()).isEqualTo(Rig.id(bob));
    assertThat(rig.count("SELECT COUNT(*) FROM device")).isEqualTo(1);
    assertThat(rig.count("SELECT COUNT(*) FROM pre_key")).isEqualTo(2);
  }

  @Test
  void takenName_leavesANamelessAccountThatAnotherNameContinues() {
    rig.register(1, "bob");
    TestAccount other = TestAccount.found(2);
    assertThat(register(other, "bob").hasUsernameTaken()).isTrue();
    assertThat(exists(other)).isTrue();
    assertThat(register(other, "bob2").hasRegistered()).isTrue();
    assertThat(lookUp("bob2").getFound().getAccountId()).isEqualTo(Rig.id(other));
  }

  @Test
  void accountWithAName_getsNoSecondOne() {
    TestAccount bob = rig.register(1, "bob");
    assertThat(register(bob, "robert").getLinkRefused().getReason())
        .isEqualTo("HAS_ANOTHER_USERNAME");
    assertThat(lookUp("robert").hasNotFound()).isTrue();
    rig.register(2, "robert");
  }

  /// Link 0 is public: whoever has seen it must not replace the device's keys.
  @Test
  void strangerWithLink0_changesNothing() throws Exception {
    TestAccount bob = rig.register(1, "bob");
    RegisterRequest forged =
        Rig.registration(bob, "bob").toBuilder().setDevice(Rig.device(77)).build();
    assertThat(rig.accounts().register(forged).getLinkRefused().getReason())
        .isEqualTo("ANOTHER_INSTALLATION");
    assertThat(rig.count("SELECT registration_id FROM device")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Bob", "b-b", "böb", "b b", ".bob", "bob.", "b..b", "...", "bob\n", "аdam"})
  void nameOutsideTheRule_isInvalid(String name) {
    assertThat(register(TestAccount.found(1), name).hasUsernameInvalid()).isTrue();
    assertThat(exists(TestAccount.found(1))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bob", "b.b", "_b_", "0.1.2", "a_b.c_d", "abcdefghijklmnopqrstuvwxyz012345"})
  void nameWithinTheRule_isTaken(String name) {
    assertThat(register(TestAccount.found(1), name).hasRegistered()).isTrue();
  }

  @Test
  void nameTooLong_isOutOfBounds() {
    assertThatThrownBy(() -> register(TestAccount.found(1), "a".repeat(33)))
        .isInstanceOf(StatusRuntimeException.class);
    assertThatThrownBy(() -> register(TestAccount.found(1), "ab"))
        .isInstanceOf(StatusRuntimeException.class);
  }

  @Test
  void linkThatIsNone_isRefused() {
    RegisterRequest garbage =
        Rig.registration(TestAccount.found(1), "bob").toBuilder()
            .setLink(ByteString.copyFromUtf8("garbage"))
            .build();
    assertThat(rig.accounts().register(garbage).getLinkRefused().getReason())
        .isEqualTo("MALFORMED");
    assertThat(register(TestAccount.found(2), "bob").hasRegistered()).isTrue();
  }

  @Test
  void keyOfAWrongForm_isRefused() {
    var device = Rig.device(1).toBuilder();
    device.getSignedPreKeyBuilder().setPublicKey(Rig.bytes(33, 7, 1));
    RegisterRequest wrong =
        Rig.registration(TestAccount.found(1), "bob").toBuilder().setDevice(device).build();
    assertThat(rig.accounts().register(wrong).getLinkRefused().getReason())
        .isEqualTo("MALFORMED_KEY");
  }

  private void claim(TestAccount account, String name) throws Exception {
    rig.database.insert(
        "INSERT INTO username (username, account_id, claimed_at, confirmed) VALUES ('"
            + name
            + "', X'"
            + account.id()
            + "', "
            + rig.clock.millis()
            + ", 0)");
  }

  @Test
  void freshClaimWithoutAccount_holdsTheName() throws Exception {
    claim(TestAccount.found(9), "bob");
    rig.clock.pass(Duration.ofMinutes(10));
    assertThat(register(TestAccount.found(1), "bob").hasUsernameTaken()).isTrue();
    assertThat(lookUp("bob").hasNotFound()).isTrue();
  }

  @Test
  void oldClaimWithoutAccount_isTakenAndItsOwnerNotifiedByATakenName() throws Exception {
    TestAccount slow = TestAccount.found(9);
    claim(slow, "bob");
    rig.clock.pass(Duration.ofMinutes(10).plusMillis(1));
    TestAccount bob = rig.register(1, "bob");
    assertThat(register(slow, "bob").hasUsernameTaken()).isTrue();
    assertThat(lookUp("bob").getFound().getAccountId()).isEqualTo(Rig.id(bob));
    assertThat(register(slow, "slow").hasRegistered()).isTrue();
  }

  @Test
  void oldClaimWithAccount_isConfirmedOnSight() throws Exception {
    TestAccount bob = rig.register(1, "bob");
    rig.sql("UPDATE username SET confirmed = 0");
    rig.clock.pass(Duration.ofDays(2));
    assertThat(register(TestAccount.found(2), "bob").hasUsernameTaken()).isTrue();
    assertThat(rig.count("SELECT confirmed FROM username WHERE username = 'bob'")).isEqualTo(1);
    rig.sql("UPDATE username SET confirmed = 0");
    assertThat(lookUp("bob").getFound().getAccountId()).isEqualTo(Rig.id(bob));
    assertThat(rig.count("SELECT confirmed FROM username WHERE username = 'bob'")).isEqualTo(1);
  }

  @Test
  void claimLostBeforeTheAccountWasMade_leavesItNamelessUntilItTakesAnother() throws Exception {
    TestAccount slow = rig.register(9, "bob");
    // As if another had taken the claim between claim and account.
    TestAccount bob = TestAccount.found(1);
    rig.sql("UPDATE username SET account_id = X'" + bob.id() + "', confirmed = 0");
    assertThat(register(slow, "bob").hasUsernameTaken()).isTrue();
    assertThat(register(slow, "slow").hasRegistered()).isTrue();
    assertThat(register(bob, "bob").hasRegistered()).isTrue();
    assertThat(lookUp("slow").getFound().getAccountId()).isEqualTo(Rig.id(slow));
    assertThat(lookUp("bob").getFound().getAccountId()).isEqualTo(Rig.id(bob));
  }

  static Stream<FaultyDialect.DiesAtCommit> deaths() {
    return Stream.of(1, 2, 3)
        .flatMap(n -> Stream.of(true, false).map(b -> new FaultyDialect.DiesAtCommit(n, b)));
  }

  /// Claim, account and confirm are a commit each: the store dies at each of them, before or after
  /// it happened; another one then continues what this one began.
  @ParameterizedTest
  @MethodSource("deaths")
  void deathAtAnyStep_isContinuedByTheSameRequest(FaultyDialect.DiesAtCommit death)
      throws Exception {
    TestAccount bob = TestAccount.found(1);
    // Takes the bucket over, so that its commits are not counted.
    rig.read(bob, 1, 0);
    rig.dialect.inject(death);
    assertThatThrownBy(() -> register(bob, "bob")).isInstanceOf(StatusRuntimeException.class);
    rig = rig.reopen();
    boolean there = exists(bob);
    assertThat(there).isEqualTo(death.nth() > 2 || (death.nth() == 2 && death.commits()));
    assertThat(lookUp("bob").hasFound()).isEqualTo(there);
    assertThat(register(bob, "bob").hasRegistered()).isTrue();
    assertThat(lookUp("bob").getFound().getAccountId()).isEqualTo(Rig.id(bob));
    assertThat(rig.count("SELECT COUNT(*) FROM link")).isEqualTo(1);
    assertThat(rig.count("SELECT COUNT(*) FROM username WHERE confirmed = 1")).isEqualTo(1);
  }

  @Test
  void manyAtOnceForOneName_oneGetsIt() throws Exception {
    List<TestAccount> all = LongStream.range(1, 9).mapToObj(TestAccount::found).toList();
    try (var threads = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks =
          all.stream()
              .map(a -> (java.util.concurrent.Callable<RegisterResponse>) () -> register(a, "bob"))
              .toList();
      int registered = 0;
      for (var future : threads.invokeAll(tasks)) {
        registered += future.get().hasRegistered() ? 1 : 0;
      }
      assertThat(registered).isEqualTo(1);
    }
  }
}
