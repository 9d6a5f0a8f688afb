package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sotto.chain.AccountId;
import sotto.client.SottoException.Code;
import sotto.client.internal.backup.BackupStep;

/// What is left of an account when its only device is lost.
final class BackupTest {
  private static final Username ALICE = Username.of("alice");
  private static final AccountId CAROL = account(9);

  @TempDir Path folder;
  private TwoPeople people;
  private Sotto alice;
  private Sotto bob;
  private String code;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    bob = people.register("bob");
    alice = people.register("alice");
    code = alice.recoveryCode().orElseThrow();
    // The first record goes up by itself.
    TwoPeople.await(() -> people.server.recoveryVersion(people.id("alice")) == 1);
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private static AccountId account(int number) {
    byte[] id = new byte[AccountId.LENGTH];
    id[0] = (byte) number;
    return new AccountId(id);
  }

  private static BackupOutcome.Saved keep(Sotto sotto) {
    return (BackupOutcome.Saved) sotto.backup().keep(_ -> {});
  }

  private void converse() {
    SentMessage hello = alice.conversationWith(Username.of("bob")).send("hello");
    assertThat(hello.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    bob.conversationWith(ALICE).send("hello yourself").await(Status.DELIVERED, PATIENCE);
    alice.conversationWith(Username.of("bob")).markRead();
  }

  private void past(int messages) {
    alice.close();
    new PastWriter(people.home("alice"), 1).settled("carol", CAROL, messages);
    alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
  }

  private static List<MessageView> all(Sotto sotto, AccountId contact) {
    return sotto.conversationWith(contact).messages(10_000);
  }

  private RestoredAccount restore(Sotto fresh) {
    return fresh.restore(people.server.address(), ALICE, code, _ -> {});
  }

  @Test
  void restoredAccount_isTheSame_withItsHistoryContactsAndANewDevice() {
    alice.conversationWith(Username.of("bob")).confirmVerified();
    converse();
    past(2500);
    List<MessageView> withBob = all(alice, people.id("bob"));
    List<MessageView> withCarol = all(alice, CAROL);
    assertThat(keep(alice).messages()).isEqualTo(2502);
    AccountId id = people.id("alice");
    alice.close();

    Sotto fresh = people.open("alice-again");
    List<BackupProgress> progress = new ArrayList<>();
    RestoredAccount restored = fresh.restore(people.server.address(), ALICE, code, progress::add);
    fresh.awaitOnline(PATIENCE);

    assertThat(restored.account().id()).isEqualTo(id);
    assertThat(restored.account().device().number()).isEqualTo(2);
    assertThat(restored.messages()).isEqualTo(2502);
    assertThat(restored.unreadable()).isZero();
    assertThat(restored.others()).hasSize(1);
    assertThat(progress.getLast()).isEqualTo(new BackupProgress(2502, 2502));
    assertThat(all(fresh, people.id("bob"))).isEqualTo(withBob);
    assertThat(all(fresh, CAROL)).isEqualTo(withCarol);
    assertThat(fresh.conversationWith(Username.of("bob")).peer().verification())
        .isEqualTo(Verification.VERIFIED);
    // Both ways, in new sessions.
    SentMessage again = fresh.conversationWith(Username.of("bob")).send("it is me");
    assertThat(again.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    SentMessage back = bob.conversationWith(ALICE).send("welcome back");
    assertThat(back.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
  }

  @Test
  void accountWithoutABackup_isRestoredByItsCodeAlone() {
    converse();
    alice.close();
    Sotto fresh = people.open("alice-again");
    RestoredAccount restored = restore(fresh);
    assertThat(restored.account().username()).isEqualTo(ALICE);
    assertThat(restored.messages()).isZero();
    fresh.awaitOnline(PATIENCE);
    assertThat(fresh.recoveryCode()).isEmpty();
  }

  @Test
  void whatWaitedToBeSent_isNotSentByTheNewDevice_butCanBe() {
    converse();
    alice.close();
    alice = people.openOffline("alice");
    MessageId waiting = alice.conversationWith(Username.of("bob")).send("later").id();
    Path file = folder.resolve("alice.sotto");
    assertThat(alice.backup().write(file, _ -> {}).messages()).isEqualTo(3);
    alice.close();
    Sotto fresh = people.open("alice-again");
    var _ = fresh.restore(people.server.address(), file, code, _ -> {});
    SentMessage later = fresh.sentMessage(waiting).orElseThrow();
    assertThat(later.status()).isEqualTo(Status.FAILED);
    assertThat(later.failure().orElseThrow().code()).isEqualTo("not_sent");
    later.retry();
    assertThat(later.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
  }

  @Test
  void secondBackup_bringsOnlyWhatIsNewOrHasChanged() {
    past(2500);
    converse();
    BackupOutcome.Saved first = keep(alice);
    assertThat(first.added()).isEqualTo(2502);
    assertThat(keep(alice).added()).isZero();
    int blobs = people.server.blobs.count();
    converse();
    BackupOutcome.Saved third = keep(alice);
    assertThat(third.messages()).isEqualTo(2504);
    // The piece of the conversation with Bob was made anew where a message in it changed, at most.
    assertThat(third.added()).isBetween(2L, 4L);
    assertThat(people.server.blobs.count()).isBetween(blobs, blobs + 1);
  }

  @Test
  void messageThatChanged_isRestoredAsItIsNow_andOnce() {
    people.server.holdDelivery();
    SentMessage hello = alice.conversationWith(Username.of("bob")).send("hello");
    assertThat(hello.await(Status.SENT, PATIENCE)).isEqualTo(Status.SENT);
    var _ = keep(alice);
    people.server.deliverAgain();
    assertThat(hello.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    assertThat(keep(alice).messages()).isEqualTo(1);
    alice.close();
    Sotto fresh = people.open("alice-again");
    assertThat(restore(fresh).messages()).isEqualTo(1);
    assertThat(all(fresh, people.id("bob")))
        .singleElement()
        .extracting(MessageView::status)
        .isEqualTo(Status.DELIVERED);
  }

  private static final class CutOff extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @ParameterizedTest
  @EnumSource
  void backupThatBreaksOff_leavesTheOneBefore_andTheNextOneGoesOn(BackupStep step) {
    converse();
    var _ = keep(alice);
    past(1500);
    alice
        .backup()
        .onStep(reached -> {
          if (reached == step) {
            throw new CutOff();
          }
        });
    assertThatThrownBy(() -> keep(alice)).isInstanceOf(CutOff.class);
    alice.close();
    Sotto between = people.open("between");
    assertThat(restore(between).messages()).isIn(2L, 1502L);
    between.close();

    alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    assertThat(keep(alice).messages()).isEqualTo(1502);
    // Four pieces at most and the index: nothing is left of the run that broke off.
    assertThat(people.server.blobs.count()).isLessThanOrEqualTo(5);
    assertThat(keep(alice).added()).isZero();
    Sotto fresh = people.open("alice-again");
    assertThat(restore(fresh).messages()).isEqualTo(1502);
  }

  @Test
  void lostAnswerOfTheRecord_isNoConflict() {
    converse();
    people.server.loseRecoveryAnswers(1);
    assertThatThrownBy(() -> keep(alice)).isInstanceOf(SottoException.class);
    assertThat(keep(alice).messages()).isEqualTo(2);
  }

  @Test
  void wrongCode_opensNothing_andTheHomeStaysFree() {
    Sotto fresh = people.open("alice-again");
    String other = bob.recoveryCode().orElseThrow();
    assertThatThrownBy(() -> fresh.restore(people.server.address(), ALICE, other, _ -> {}))
        .extracting("code")
        .isEqualTo(Code.BACKUP_WRONG_KEY);
    String mistyped = (code.charAt(0) == '0' ? '1' : '0') + code.substring(1);
    assertThatThrownBy(() -> fresh.restore(people.server.address(), ALICE, mistyped, _ -> {}))
        .hasMessageContaining("mistyped");
    assertThat(fresh.account()).isEmpty();
    assertThat(restore(fresh).account().username()).isEqualTo(ALICE);
  }

  @Test
  void file_isOpenedByTheCode() {
    converse();
    past(1200);
    Path file = folder.resolve("alice.sotto");
    assertThat(alice.backup().write(file, _ -> {}).messages()).isEqualTo(1202);
    List<MessageView> withCarol = all(alice, CAROL);
    alice.close();
    Sotto fresh = people.open("alice-again");
    RestoredAccount restored = fresh.restore(people.server.address(), file, code, _ -> {});
    assertThat(restored.messages()).isEqualTo(1202);
    assertThat(all(fresh, CAROL)).isEqualTo(withCarol);
  }

  @Test
  void file_isOpenedByItsPassphrase_andTheAccountGetsAnotherCode() {
    converse();
    Path file = folder.resolve("alice.sotto");
    var _ = alice.backup().write(file, "a good one".toCharArray(), _ -> {});
    alice.close();
    Sotto fresh = people.open("alice-again");
    assertThatThrownBy(
            () -> fresh.restore(people.server.address(), file, "a bad one".toCharArray(), _ -> {}))
        .extracting("code")
        .isEqualTo(Code.BACKUP_WRONG_KEY);
    assertThatThrownBy(() -> fresh.restore(people.server.address(), file, code, _ -> {}))
        .hasMessageContaining("opened by a passphrase");
    RestoredAccount restored =
        fresh.restore(people.server.address(), file, "a good one".toCharArray(), _ -> {});
    assertThat(restored.messages()).isEqualTo(2);
    String next = fresh.recoveryCode().orElseThrow();
    assertThat(next).isNotEqualTo(code);
    fresh.awaitOnline(PATIENCE);
    TwoPeople.await(() -> people.server.recoveryVersion(people.id("alice")) == 2);
    code = next;
    assertThat(restore(people.open("third")).account().device().number()).isEqualTo(3);
  }

  @Test
  void damagedFile_saysWhatIsWrongWithIt() throws IOException {
    past(1200);
    Path file = folder.resolve("alice.sotto");
    var _ = alice.backup().write(file, _ -> {});
    byte[] whole = Files.readAllBytes(file);
    for (int length : new int[] {0, 5, 11, 40, 300, whole.length / 2, whole.length - 1}) {
      assertThat(problem(Arrays.copyOf(whole, length)))
          .as("%s bytes", length)
          .isEqualTo(Code.BACKUP_TRUNCATED);
    }
    assertThat(problem(Arrays.copyOf(whole, whole.length + 1))).isEqualTo(Code.BACKUP_DAMAGED);
    assertThat(problem("not a backup at all".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
        .isEqualTo(Code.BACKUP_DAMAGED);
    byte[] index = whole.clone();
    index[whole.length - 10] ^= 1;
    assertThat(problem(index)).isEqualTo(Code.BACKUP_DAMAGED);
  }

  private Code problem(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("damaged"), bytes);
    Sotto fresh = people.open("damaged-home");
    try {
      var _ = fresh.restore(people.server.address(), file, code, _ -> {});
      throw new AssertionError("it was restored");
    } catch (SottoException e) {
      assertThat(fresh.account()).isEmpty();
      return e.code();
    } finally {
      fresh.close();
    }
  }

  @Test
  void damagedPart_isCounted_andTheRestIsThere() throws IOException {
    past(2500);
    Path file = folder.resolve("alice.sotto");
    var _ = alice.backup().write(file, _ -> {});
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    RestoredAccount restored =
        people.open("alice-again").restore(people.server.address(), file, code, _ -> {});
    assertThat(restored.unreadable()).isOne();
    assertThat(restored.messages()).isBetween(1000L, 2499L);
  }

  @Test
  void restoreThatBreaksOff_goesOnAsTheSameDevice() {
    past(2500);
    var _ = keep(alice);
    alice.close();
    Sotto fresh = people.open("alice-again");
    assertThatThrownBy(() ->
            fresh.restore(
                people.server.address(),
                ALICE,
                code,
                _ -> {
                  throw new CutOff();
                }))
        .isInstanceOf(CutOff.class);
    fresh.close();
    Sotto again = people.open("alice-again");
    RestoredAccount restored = restore(again);
    assertThat(restored.account().device().number()).isEqualTo(2);
    assertThat(restored.messages()).isEqualTo(2500);
    assertThat(all(again, CAROL)).hasSize(2500);
    assertThatThrownBy(() -> restore(again)).extracting("code").isEqualTo(Code.ALREADY_REGISTERED);
  }

  @Test
  void restoredDevice_keepsTheBackupFromThenOn_andTheLostOneNoMore() {
    converse();
    var _ = keep(alice);
    int blobs = people.server.blobs.count();
    Sotto fresh = people.open("alice-again");
    var _ = restore(fresh);
    fresh.awaitOnline(PATIENCE);
    assertThat(keep(fresh).messages()).isEqualTo(2);
    assertThat(people.server.blobs.count()).isEqualTo(blobs);
    assertThatThrownBy(() -> keep(alice)).hasMessageContaining("Another device");
  }

  @Test
  void backupHoldsNoKeysOfThisDevice() {
    converse();
    AtomicReference<byte[]> keys = new AtomicReference<>(new byte[0]);
    alice.close();
    PastWriter.inStore(
        people.home("alice"),
        store -> keys.set(store.settings().bytes("device_keys").orElseThrow()));
    Sotto fresh = people.open("alice-again");
    var _ = restore(fresh);
    fresh.close();
    PastWriter.inStore(
        people.home("alice-again"),
        store -> {
          assertThat(store.settings().bytes("device_keys").orElseThrow()).isNotEqualTo(keys.get());
          // With one's own other devices it may have begun to talk.
          assertThat(
                  store
                      .sql()
                      .number(
                          "SELECT count(*) FROM session WHERE account_id <> ?", people.id("alice")))
              .isZero();
        });
  }
}
