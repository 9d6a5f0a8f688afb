package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.RegisterResponse;
import sotto.chain.AccountId;
import sotto.client.SottoException.Code;

/// Registration, also one that breaks off (protocol A4).
final class RegistrationTest {
  @TempDir Path folder;
  private TwoPeople people;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
  }

  @AfterEach
  void stop() {
    people.close();
  }

  @Test
  void lostAnswer_isContinuedWithTheSameKeys() {
    Sotto alice = people.open("alice");
    people.server.registrationBreaks = true;
    assertThatThrownBy(() -> alice.register(people.server.address(), Username.of("alice")))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.SERVER_UNREACHABLE));
    assertThat(alice.account()).isEmpty();
    Optional<AccountId> claimed = people.server.accountOf("alice");
    alice.close();

    Sotto again = people.open("alice");
    Account account = again.register(people.server.address(), Username.of("alice"));
    assertThat(Optional.of(account.id())).isEqualTo(claimed);
    again.awaitOnline(PATIENCE);
  }

  @Test
  void takenName_leavesTheKeysForAnotherName() {
    var _ = people.register("bob");
    Sotto alice = people.open("alice");
    assertThatThrownBy(() -> alice.register(people.server.address(), Username.of("bob")))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.USERNAME_TAKEN));
    assertThat(alice.register(people.server.address(), Username.of("alice")).username())
        .isEqualTo(Username.of("alice"));
  }

  @Test
  void serverThatWantsAnInvite_getsTheSameKeysWithOneLater() {
    people.server.registration = Optional.of(RegisterResponse.OutcomeCase.INVITE_REQUIRED);
    people.server.invites.add("7K2QF-ABCDE");
    Sotto alice = people.open("alice");
    ServerAddress at = people.server.address();
    assertThatThrownBy(() -> alice.register(at, Username.of("alice")))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.INVITE_REQUIRED));
    assertThatThrownBy(() -> alice.register(at, Username.of("alice"), new Invite("other")))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.INVITE_REFUSED));
    assertThat(alice.account()).isEmpty();
    Optional<String> code = alice.recoveryCode();
    assertThat(code).isPresent();
    alice.close();

    Sotto again = people.open("alice");
    var _ = again.register(at, Username.of("alice"), new Invite("7K2QF-ABCDE"));
    assertThat(again.recoveryCode()).isEqualTo(code);
    again.awaitOnline(PATIENCE);
  }

  @Test
  void closedServer_saysSoAndTheHomeStaysUnregistered() {
    people.server.registration = Optional.of(RegisterResponse.OutcomeCase.REGISTRATION_CLOSED);
    Sotto alice = people.open("alice");
    assertThatThrownBy(() -> alice.register(people.server.address(), Username.of("alice")))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.REGISTRATION_CLOSED));
    assertThat(alice.account()).isEmpty();
  }

  @Test
  void registeredHome_refusesASecondRegistration() {
    Sotto alice = people.register("alice");
    assertThatThrownBy(() -> alice.register(people.server.address(), Username.of("other")))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.ALREADY_REGISTERED));
  }

  @Test
  void serverThatIsNotThere_isToldAsUnreachable() {
    people.server.stop();
    Sotto alice = people.open("alice");
    assertThatThrownBy(() -> alice.register(people.server.address(), Username.of("alice")))
        .isInstanceOfSatisfying(
            SottoException.class,
            e -> {
              assertThat(e.code()).isEqualTo(Code.SERVER_UNREACHABLE);
              assertThat(e.retryable()).isTrue();
            });
  }

  @Test
  void unregisteredHome_saysSo() {
    Sotto alice = people.open("alice");
    assertThatThrownBy(() -> alice.conversationWith(Username.of("bob")))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.NOT_REGISTERED));
    assertThatThrownBy(() -> alice.awaitOnline(PATIENCE))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.NOT_REGISTERED));
  }

  @Test
  void accountSurvivesReopening_offline() {
    Account account = people.register("alice").account().orElseThrow();
    people.of("alice").close();
    Sotto offline = people.openOffline("alice");
    assertThat(offline.account()).hasValue(account);
    assertThat(offline.devices()).singleElement().satisfies(d -> assertThat(d.current()).isTrue());
  }

  @Test
  void recoveryCode_isThereUntilItIsKept() {
    Sotto alice = people.register("alice");
    assertThat(alice.recoveryCode().orElseThrow())
        .matches("([0-9A-HJKMNP-TV-Z]{4} ){15}[0-9A-HJKMNP-TV-Z]{4}");
    alice.recoveryCodeKept();
    assertThat(alice.recoveryCode()).isEmpty();
  }
}
