package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.SignInResponse;
import sotto.chain.DeviceId;
import sotto.client.Connection.State;
import sotto.client.SottoException.Code;

/// An account is deleted by one of its devices.
final class AccountDeletionTest {
  @TempDir Path folder;
  private TwoPeople people;
  private Sotto a1;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    a1 = people.register("alice");
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private static void assertDeleted(Sotto sotto, Path home) {
    assertThat(sotto.deleteAccount()).isInstanceOf(AccountDeletion.Deleted.class);
    assertThat(home).doesNotExist();
    assertThat(Sotto.exists(home)).isFalse();
    assertThatThrownBy(sotto::deleteAccount)
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.CLOSED));
  }

  @Test
  void deletedAccount_isGoneHere_andItsOtherDeviceSaysSo_andReadsOn() {
    Sotto a2 = TwoDevices.link(people, a1, "a2");
    Sotto bob = people.register("bob");
    bob.conversationWith(Username.of("alice")).send("before").await(Status.DELIVERED, PATIENCE);
    TwoPeople.await(() -> a2.conversations().size() == 1);

    assertDeleted(a1, people.home("alice"));

    TwoPeople.await(() -> a2.connection().state() == State.ACCOUNT_DELETED);
    try (EventStream events = a2.events("test")) {
      TwoPeople.await(() ->
          events
              .next(Duration.ofMillis(10))
              .filter(e -> e instanceof Event.AccountDeleted)
              .isPresent());
    }
    assertThatThrownBy(() -> a2.conversationWith(people.id("bob")).send("after"))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.ACCOUNT_DELETED));
    a2.close();

    people.server.stop();
    Sotto again = people.open("a2");
    assertThat(again.connection().state()).isEqualTo(State.ACCOUNT_DELETED);
    assertThat(again.conversationWith(people.id("bob")).messages(10))
        .extracting(MessageView::text)
        .containsExactly("before");
    assertThatThrownBy(() -> again.awaitOnline(PATIENCE))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.ACCOUNT_DELETED));
    // It takes no server to take the rest away.
    assertDeleted(again, people.home("a2"));
  }

  @Test
  void whatIsWrittenToADeletedAccount_failsBecauseItIsGone_andItsNameIsNobodys() {
    Sotto bob = people.register("bob");
    Conversation toAlice = bob.conversationWith(Username.of("alice"));
    toAlice.send("hello").await(Status.DELIVERED, PATIENCE);
    assertDeleted(a1, people.home("alice"));

    SentMessage late = toAlice.send("still there?");
    assertThat(late.await(Status.SENT, PATIENCE)).isEqualTo(Status.FAILED);
    assertThat(late.failure().map(Failure::code)).contains("account_gone");
    Sotto another = people.open("another");
    assertThatThrownBy(() -> another.register(people.server.address(), Username.of("alice")))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.USERNAME_TAKEN));
  }

  @Test
  void lostAnswer_isMadeUpForByTheNextSignIn() {
    people.server.appendLinkBreaks = true;
    assertDeleted(a1, people.home("alice"));
  }

  @Test
  void withoutTheServer_nothingIsDeleted() {
    people.server.stop();
    TwoPeople.await(() -> a1.connection().state() == State.CONNECTING);
    assertThat(a1.deleteAccount())
        .isInstanceOfSatisfying(
            AccountDeletion.Unconfirmed.class,
            u -> assertThat(u.problem().code()).isEqualTo(Code.SERVER_UNREACHABLE));
    people.server.restart();
    a1.awaitOnline(PATIENCE);
    assertThat(people.server.chainOf(people.id("alice")).getLinksCount()).isEqualTo(1);
  }

  @Test
  void serverThatSaysSoWithoutTheSignedLink_isNotBelieved() {
    Sotto a2 = TwoDevices.link(people, a1, "a2");
    people.server.removals =
        answer -> {
          List<ByteString> links = answer.getRemoved().getLinksList();
          SignInResponse.Builder forged = SignInResponse.newBuilder();
          forged.getRemovedBuilder().addAllLinks(links.subList(0, links.size() - 1));
          return forged.build();
        };
    assertDeleted(a1, people.home("alice"));
    TwoPeople.await(() ->
        a2.connection().problem().map(SottoException::code).equals(Optional.of(Code.REFUSED)));
    assertThat(a2.connection().state()).isNotEqualTo(State.ACCOUNT_DELETED);
    assertThat(Sotto.exists(people.home("a2"))).isTrue();
  }

  @Test
  void removedDevice_deletesNothing() {
    Sotto a2 = TwoDevices.link(people, a1, "a2");
    a1.removeDevice(new DeviceId(2));
    TwoPeople.await(() -> a2.connection().state() == State.REMOVED);
    assertThatThrownBy(a2::deleteAccount)
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.DEVICE_REMOVED));
    assertThat(Sotto.exists(people.home("a2"))).isTrue();
  }

  @Test
  void savedFiles_stay() throws IOException {
    Path files = Files.createDirectories(people.home("alice").resolve("files"));
    Path saved = files.resolve("a.png");
    Files.writeString(saved, "a picture");
    assertThat(a1.deleteAccount()).isInstanceOf(AccountDeletion.Deleted.class);
    assertThat(saved).exists();
    try (var left = Files.list(people.home("alice"))) {
      assertThat(left).containsExactly(files);
    }
  }

  @Test
  void removalOfAHomeThatBrokeOff_goesOnWhenItIsOpened() throws IOException {
    a1.close();
    Path home = people.home("alice");
    Files.writeString(home.resolve("deleted"), "the account was deleted");
    Files.delete(home.resolve("kdf"));
    assertThat(Sotto.exists(home)).isFalse();
    Sotto fresh = people.openOffline("alice");
    assertThat(fresh.account()).isEmpty();
    assertThat(home.resolve("deleted")).doesNotExist();
  }
}
