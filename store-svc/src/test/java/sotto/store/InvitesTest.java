package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
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
import sotto.account.v1.GetServerInfoRequest;
import sotto.account.v1.RegisterResponse;
import sotto.account.v1.RegisterResponse.OutcomeCase;
import sotto.admin.v1.CreateInvitesRequest;
import sotto.admin.v1.Invite;
import sotto.admin.v1.ListInvitesRequest;
import sotto.admin.v1.RevokeInviteRequest;
import sotto.admin.v1.RevokeInviteResponse;
import sotto.chain.AccountId;
import sotto.chain.testing.TestAccount;
import sotto.store.account.RegistrationPolicy;

/// Who may make an account, and what an invite is good for.
@ContractTest
final class InvitesTest {
  private static final Duration LIFE = Duration.ofDays(7);

  @TempDir Path folder;
  private Rig rig;

  @BeforeEach
  void open() {
    rig = Rig.open(folder, c -> c.registering(RegistrationPolicy.INVITE));
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private void become(RegistrationPolicy policy) {
    rig = rig.reopen(c -> c.registering(policy));
  }

  private List<String> invites(int count) {
    return rig.admin()
        .createInvites(
            CreateInvitesRequest.newBuilder().setCount(count).setLifeMs(LIFE.toMillis()).build())
        .getCodesList();
  }

  private String invite() {
    return invites(1).getFirst();
  }

  private RegisterResponse register(TestAccount account, String name, String invite) {
    return rig.accounts()
        .register(Rig.registration(account, name).toBuilder().setInvite(invite).build());
  }

  private OutcomeCase outcome(TestAccount account, String name, String invite) {
    return register(account, name, invite).getOutcomeCase();
  }

  private boolean exists(TestAccount account) {
    return rig.accounts()
        .getChain(GetChainRequest.newBuilder().setAccountId(Rig.id(account)).build())
        .getFound();
  }

  private long names() throws Exception {
    return rig.count("SELECT COUNT(*) FROM username");
  }

  private long spent() throws Exception {
    return list(1_000).stream().filter(i -> !i.getSpentBy().isEmpty()).count();
  }

  private List<Invite> list(int page) {
    List<Invite> all = new ArrayList<>();
    ByteString after = ByteString.EMPTY;
    while (true) {
      List<Invite> some =
          rig.admin()
              .listInvites(ListInvitesRequest.newBuilder().setAfter(after).setMost(page).build())
              .getInvitesList();
      all.addAll(some);
      if (some.size() < page) {
        return all;
      }
      after = some.getLast().getHash();
    }
  }

  private int sweep() {
    return IntStream.range(0, AccountId.BUCKETS).map(rig.store()::sweepInvites).sum();
  }

  @Test
  void withoutInvite_nothingIsDone() throws Exception {
    TestAccount bob = TestAccount.found(1);
    assertThat(outcome(bob, "bob", "")).isEqualTo(OutcomeCase.INVITE_REQUIRED);
    assertThat(outcome(bob, "bob", " ")).isEqualTo(OutcomeCase.INVITE_REQUIRED);
    assertThat(exists(bob)).isFalse();
    assertThat(names()).isZero();
  }

  @Test
  void invite_isGoodForOneAccount() {
    String code = invite();
    assertThat(outcome(TestAccount.found(1), "bob", code)).isEqualTo(OutcomeCase.REGISTERED);
    assertThat(outcome(TestAccount.found(2), "eve", code)).isEqualTo(OutcomeCase.INVITE_REFUSED);
    assertThat(exists(TestAccount.found(2))).isFalse();
  }

  @Test
  void invite_isReadAsPeopleTypeIt() {
    String code = invite().toLowerCase(Locale.ROOT).replace("-", " ").replace('0', 'o');
    assertThat(outcome(TestAccount.found(1), "bob", code)).isEqualTo(OutcomeCase.REGISTERED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA0",
        "AAAAA-AAAAA-AAAAA-AAAAA-AAAAAZ",
        "nonsense",
        "ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ"
      })
  void unknownInvite_isRefusedAndNothingIsDone(String code) throws Exception {
    assertThat(outcome(TestAccount.found(1), "bob", code)).isEqualTo(OutcomeCase.INVITE_REFUSED);
    assertThat(exists(TestAccount.found(1))).isFalse();
    assertThat(names()).isZero();
  }

  @Test
  void oldInvite_isRefused() {
    String code = invite();
    rig.clock.pass(LIFE);
    assertThat(outcome(TestAccount.found(1), "bob", code)).isEqualTo(OutcomeCase.INVITE_REFUSED);
  }

  @Test
  void oneWithoutInvite_doesNotLearnWhichNamesAreTaken() {
    register(TestAccount.found(1), "bob", invite());
    assertThat(outcome(TestAccount.found(2), "bob", "")).isEqualTo(OutcomeCase.INVITE_REQUIRED);
    assertThat(outcome(TestAccount.found(2), "bob", "x")).isEqualTo(OutcomeCase.INVITE_REFUSED);
  }

  @Test
  void takenName_costsNoInvite() throws Exception {
    register(TestAccount.found(1), "bob", invite());
    String code = invite();
    TestAccount other = TestAccount.found(2);
    assertThat(outcome(other, "bob", code)).isEqualTo(OutcomeCase.USERNAME_TAKEN);
    assertThat(spent()).isEqualTo(1);
    assertThat(exists(other)).isFalse();
    assertThat(outcome(other, "bob2", code)).isEqualTo(OutcomeCase.REGISTERED);
  }

  @Test
  void sameAccountAgain_hasTheSameOutcomeAlsoLongAfter() throws Exception {
    String code = invite();
    TestAccount bob = TestAccount.found(1);
    assertThat(outcome(bob, "bob", code)).isEqualTo(OutcomeCase.REGISTERED);
    rig.clock.pass(LIFE.multipliedBy(2));
    assertThat(outcome(bob, "bob", code)).isEqualTo(OutcomeCase.REGISTERED);
    assertThat(outcome(bob, "bob", "")).isEqualTo(OutcomeCase.REGISTERED);
    assertThat(spent()).isEqualTo(1);
  }

  static Stream<FaultyDialect.DiesAtCommit> deaths() {
    return Stream.of(1, 2, 3, 4)
        .flatMap(n -> Stream.of(true, false).map(b -> new FaultyDialect.DiesAtCommit(n, b)));
  }

  /// Claim, invite, account and confirm are a commit each.
  @ParameterizedTest
  @MethodSource("deaths")
  void deathAtAnyStep_isContinuedByTheSameRequestWithOneInvite(FaultyDialect.DiesAtCommit death)
      throws Exception {
    String code = invite();
    TestAccount bob = TestAccount.found(1);
    // Takes the bucket over, so that its commits are not counted.
    rig.read(bob, 1, 0);
    rig.dialect.inject(death);
    assertThatThrownBy(() -> register(bob, "bob", code)).isInstanceOf(StatusRuntimeException.class);
    rig = rig.reopen();
    assertThat(exists(bob)).isEqualTo(death.nth() > 3 || (death.nth() == 3 && death.commits()));
    boolean bound = death.nth() > 2 || (death.nth() == 2 && death.commits());
    assertThat(spent()).isEqualTo(bound ? 1 : 0);
    if (bound) {
      // Time that runs out in between does not matter.
      rig.clock.pass(LIFE.plusHours(1));
      assertThat(outcome(TestAccount.found(2), "eve", code)).isEqualTo(OutcomeCase.INVITE_REFUSED);
    }
    assertThat(outcome(bob, "bob", code)).isEqualTo(OutcomeCase.REGISTERED);
    assertThat(spent()).isEqualTo(1);
    assertThat(rig.count("SELECT COUNT(*) FROM username WHERE confirmed = 1")).isEqualTo(1);
  }

  @Test
  void manyAtOnceWithOneInvite_oneGetsAnAccount() throws Exception {
    String code = invite();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tasks =
          LongStream.range(1, 9)
              .mapToObj(
                  n -> (Callable<OutcomeCase>) () -> outcome(TestAccount.found(n), "bob" + n, code))
              .toList();
      List<OutcomeCase> outcomes = new ArrayList<>();
      for (var future : threads.invokeAll(tasks)) {
        outcomes.add(future.get());
      }
      assertThat(outcomes).containsOnlyOnce(OutcomeCase.REGISTERED);
      assertThat(outcomes).containsOnly(OutcomeCase.REGISTERED, OutcomeCase.INVITE_REFUSED);
    }
    assertThat(names()).isEqualTo(1);
  }

  @Test
  void closedServer_takesNoAccountWhateverIsShown() throws Exception {
    String code = invite();
    become(RegistrationPolicy.CLOSED);
    assertThat(outcome(TestAccount.found(1), "bob", code))
        .isEqualTo(OutcomeCase.REGISTRATION_CLOSED);
    assertThat(outcome(TestAccount.found(1), "bob", "")).isEqualTo(OutcomeCase.REGISTRATION_CLOSED);
    assertThat(names()).isZero();
    assertThat(spent()).isZero();
  }

  @Test
  void openServer_spendsNoInvite() throws Exception {
    String code = invite();
    become(RegistrationPolicy.OPEN);
    assertThat(outcome(TestAccount.found(1), "bob", code)).isEqualTo(OutcomeCase.REGISTERED);
    assertThat(spent()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"INVITE", "CLOSED"})
  void accountMadeWhenTheServerWasOpen_getsItsName(String policy) {
    become(RegistrationPolicy.OPEN);
    rig.register(1, "bob");
    TestAccount nameless = TestAccount.found(2);
    assertThat(outcome(nameless, "bob", "")).isEqualTo(OutcomeCase.USERNAME_TAKEN);
    become(RegistrationPolicy.valueOf(policy));
    assertThat(outcome(nameless, "bob2", "")).isEqualTo(OutcomeCase.REGISTERED);
  }

  @Test
  void devicesAreAddedWhateverThePolicy() {
    TestAccount bob = TestAccount.found(1);
    register(bob, "bob", invite());
    become(RegistrationPolicy.CLOSED);
    rig.addDevice(bob);
  }

  @ParameterizedTest
  @ValueSource(strings = {"OPEN", "INVITE", "CLOSED"})
  void policyIsTold(String policy) {
    become(RegistrationPolicy.valueOf(policy));
    assertThat(
            rig.accounts()
                .getServerInfo(GetServerInfoRequest.getDefaultInstance())
                .getRegistration()
                .name())
        .isEqualTo("REGISTRATION_POLICY_" + policy);
  }

  @Test
  void list_hasEachOnceInPages() {
    List<String> codes = invites(25);
    TestAccount bob = TestAccount.found(1);
    register(bob, "bob", codes.getFirst());
    List<Invite> all = list(7);
    assertThat(all).hasSize(25).isEqualTo(list(1_000));
    assertThat(all.stream().map(Invite::getHash).distinct()).hasSize(25);
    assertThat(all.stream().map(Invite::getSpentBy).filter(s -> !s.isEmpty()))
        .containsExactly(Rig.id(bob));
    assertThat(all)
        .allSatisfy(
            i -> assertThat(i.getExpiresAtMs() - i.getCreatedAtMs()).isEqualTo(LIFE.toMillis()));
  }

  private RevokeInviteResponse revoke(RevokeInviteRequest.Builder which) {
    return rig.admin().revokeInvite(which.build());
  }

  @Test
  void revokedInvite_isGoodNoMore() {
    List<String> codes = invites(2);
    assertThat(revoke(RevokeInviteRequest.newBuilder().setCode(codes.get(0))).hasRevoked())
        .isTrue();
    assertThat(revoke(RevokeInviteRequest.newBuilder().setCode(codes.get(0))).hasUnknown())
        .isTrue();
    ByteString left = list(10).getFirst().getHash();
    assertThat(outcome(TestAccount.found(1), "bob", codes.get(0)))
        .isEqualTo(OutcomeCase.INVITE_REFUSED);
    assertThat(
            revoke(RevokeInviteRequest.newBuilder().setHashPrefix(left.substring(0, 8)))
                .hasRevoked())
        .isTrue();
    assertThat(outcome(TestAccount.found(1), "bob", codes.get(1)))
        .isEqualTo(OutcomeCase.INVITE_REFUSED);
  }

  @Test
  void spentInvite_isNotRevoked() {
    String code = invite();
    register(TestAccount.found(1), "bob", code);
    assertThat(revoke(RevokeInviteRequest.newBuilder().setCode(code)).hasSpent()).isTrue();
  }

  @Test
  void oldInvites_goADayBehindTheirTime() {
    String code = invite();
    invites(3);
    register(TestAccount.found(1), "bob", code);
    rig.clock.pass(LIFE.plusHours(23));
    assertThat(sweep()).isZero();
    invites(1);
    rig.clock.pass(Duration.ofHours(1));
    assertThat(sweep()).isEqualTo(4);
    assertThat(list(10)).hasSize(1);
  }

  @Test
  void code_isReadableAndItsHashIsAnotherThing() {
    String code = invite();
    assertThat(code).matches("([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{6}");
    assertThat(list(1).getFirst().getHash().size()).isEqualTo(16);
    assertThat(invites(100)).doesNotHaveDuplicates();
  }
}
