package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.internal.store.Store;

/// Two devices of one account, A1 and A2, and somebody else, B1: what happens on one happens on the
/// other.
final class SyncTest {
  private static final Username BOB = Username.of("bob");
  private static final Username ALICE = Username.of("alice");

  @TempDir Path folder;
  private TwoPeople people;
  private Sotto b1;
  private Sotto a1;
  private Sotto a2;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    b1 = people.register("bob");
    a1 = people.register("alice");
    a2 = TwoDevices.link(people, a1, "a2");
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private static List<String> texts(Sotto sotto, Username with) {
    return sotto.conversationWith(with).messages(100).stream().map(MessageView::text).toList();
  }

  /// Lets A1 hear from A2: until then it begins the session anew with each message, on a
  /// last-resort key, and a second such message is a replay to who has forgotten the session.
  private void a1HearsA2() {
    a2.conversationWith(BOB).accept();
    TwoPeople.await(() -> a1.conversationWith(BOB).peer().accepted());
  }

  /// Loses what A2, closed, knows of its session with A1.
  private void forgetOwnSessions() {
    try (Store store =
        Store.open(
            people.home("a2"), TwoPeople.key().secret(), new SecureRandom(), Clock.systemUTC())) {
      store.sql().update("DELETE FROM session WHERE account_id = ?", people.id("alice"));
    }
  }

  private static Status status(Sotto sotto, MessageId id) {
    return sotto.message(id).map(MessageView::status).orElse(Status.QUEUED);
  }

  @Test
  void whatOneDeviceSends_theOtherHasOnce_withTimeAndStatus() {
    SentMessage sent = a1.conversationWith(BOB).send("from A1");
    sent.await(Status.DELIVERED, PATIENCE);
    TwoPeople.await(() -> texts(a2, BOB).contains("from A1"));
    TwoPeople.await(() -> status(a2, sent.id()) == Status.DELIVERED);
    b1.conversationWith(ALICE).markRead();
    b1.conversationWith(ALICE).accept();

    MessageView here = a1.message(sent.id()).orElseThrow();
    MessageView there = a2.message(sent.id()).orElseThrow();
    assertThat(there.incoming()).isFalse();
    assertThat(there.sentAt()).isEqualTo(here.sentAt());
    assertThat(there.to().username()).contains(BOB);
    assertThat(texts(a2, BOB)).containsExactly("from A1");
    assertThat(texts(a1, BOB)).containsExactly("from A1");
  }

  @Test
  void messageToANameThatWasNotKnown_andOneWithAFile_areCopiedToo() throws IOException {
    a1.close();
    Sotto offline = people.openOffline("alice");
    offline.conversationWith(BOB).send("written offline");
    offline.close();
    Sotto again = people.open("alice");
    again.awaitOnline(PATIENCE);
    TwoPeople.await(() -> texts(a2, BOB).contains("written offline"));

    Path file = Files.writeString(folder.resolve("note.txt"), "a file");
    SentMessage sent = again.conversationWith(BOB).sendFile(file, "with a file");
    sent.await(Status.SENT, PATIENCE);
    TwoPeople.await(() -> texts(a2, BOB).contains("with a file"));
    FileView there = a2.message(sent.id()).orElseThrow().files().getFirst();
    assertThat(a2.save(there, folder.resolve("saved"))).isInstanceOf(SaveResult.Saved.class);
  }

  @Test
  void reading_onOneDevice_isReadingOnTheOther() {
    b1.conversationWith(ALICE).send("one").await(Status.DELIVERED, PATIENCE);
    b1.conversationWith(ALICE).send("two").await(Status.DELIVERED, PATIENCE);
    TwoPeople.await(() -> a2.conversationWith(BOB).unreadCount() == 2);
    TwoPeople.await(() -> a1.conversationWith(BOB).unreadCount() == 2);
    assertThat(a1.conversationWith(BOB).markRead()).isEqualTo(2);
    TwoPeople.await(() -> a2.conversationWith(BOB).unreadCount() == 0);
  }

  @Test
  void readingThatIsFasterThanTheMessage_countsWhenItComes() {
    a2.close();
    b1.conversationWith(ALICE).send("hello").await(Status.DELIVERED, PATIENCE);
    TwoPeople.await(() -> a1.conversationWith(BOB).unreadCount() == 1);
    a1.conversationWith(BOB).markRead();
    assertThat(a1.awaitOutbox(PATIENCE)).isTrue();
    people.server.reverseMailbox(people.id("alice"), 2);
    Sotto again = people.open("a2");
    TwoPeople.await(() -> texts(again, BOB).contains("hello"));
    TwoPeople.await(() -> again.conversationWith(BOB).unreadCount() == 0);
  }

  @Test
  void acceptedAndVerified_goToTheOtherDevice() {
    a1.conversationWith(BOB).accept();
    TwoPeople.await(() -> a2.conversationWith(BOB).peer().accepted());
    assertThat(a2.conversationWith(BOB).peer().verification()).isEqualTo(Verification.UNVERIFIED);
    var _ = a1.conversationWith(BOB).safetyNumber();
    a1.conversationWith(BOB).confirmVerified();
    TwoPeople.await(() -> a2.conversationWith(BOB).peer().verification() == Verification.VERIFIED);
  }

  @Test
  void deletedConversation_goesOnTheOtherDevice_andWhatComesAfterwardsStays() {
    b1.conversationWith(ALICE).send("one").await(Status.DELIVERED, PATIENCE);
    a1.conversationWith(BOB).send("two").await(Status.DELIVERED, PATIENCE);
    TwoPeople.await(() -> texts(a2, BOB).size() == 2);
    TwoPeople.await(() -> texts(a1, BOB).size() == 2);
    a2.close();
    assertThat(a1.conversationWith(BOB).delete()).isEqualTo(2);
    b1.conversationWith(ALICE).send("three").await(Status.DELIVERED, PATIENCE);
    Sotto offline = people.openOffline("a2");
    assertThat(texts(offline, BOB)).containsExactlyInAnyOrder("one", "two");
    SentMessage waits = offline.conversationWith(BOB).send("not sent yet");
    offline.close();

    Sotto again = people.open("a2");
    waits = again.sentMessage(waits.id()).orElseThrow();
    assertThat(waits.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
    TwoPeople.await(() ->
        List.of("not sent yet", "three").equals(texts(again, BOB).stream().sorted().toList()));
    TwoPeople.await(
        () -> List.of("not sent yet", "three").equals(texts(a1, BOB).stream().sorted().toList()));
  }

  @Test
  void howLongMessagesStay_isTheSameEverywhere_andTheLaterDecisionCounts() {
    a1.retention().keep(Duration.ofDays(30));
    TwoPeople.await(() -> a2.retention().age().equals(Optional.of(Duration.ofDays(30))));
    a2.retention().keepForever();
    TwoPeople.await(() -> a1.retention().age().isEmpty());

    a1.close();
    Sotto offline = people.openOffline("alice");
    offline.retention().keep(Duration.ofDays(7));
    offline.close();
    a2.retention().keep(Duration.ofDays(8));
    Sotto again = people.open("alice");
    TwoPeople.await(() -> again.retention().age().equals(Optional.of(Duration.ofDays(8))));
    assertThat(again.awaitOutbox(PATIENCE)).isTrue();
    Sotto a3 = TwoDevices.link(people, again, "a3");
    TwoPeople.await(() -> a3.retention().age().equals(Optional.of(Duration.ofDays(8))));
    assertThat(a2.retention().age()).contains(Duration.ofDays(8));
  }

  @Test
  void deviceThatJoinsLater_hasContactsAndNames() {
    a1.conversationWith(BOB).accept();
    var _ = a1.conversationWith(BOB).safetyNumber();
    a1.conversationWith(BOB).confirmVerified();
    Sotto a3 = TwoDevices.link(people, a1, "a3");
    TwoPeople.await(() -> a3.conversationWith(BOB).peer().verification() == Verification.VERIFIED);
    TwoPeople.await(() -> names(a3).equals(List.of("", "the a2", "the a3")));
    TwoPeople.await(() -> names(a2).equals(List.of("", "the a2", "the a3")));
    assertThat(names(a1)).isEqualTo(List.of("", "the a2", "the a3"));
  }

  @Test
  void nameOfADevice_reachesTheOthers_andComesFromItselfAlone() {
    assertThat(a1.nameDevice("Phone").name()).contains("Phone");
    TwoPeople.await(() -> names(a2).equals(List.of("Phone", "the a2")));
    a2.close();
    a1.nameDevice("Old phone");
    assertThat(a1.awaitOutbox(PATIENCE)).isTrue();
    // Says at first what it knows of both, which is older.
    Sotto offline = people.openOffline("a2");
    offline.nameDevice("Laptop");
    offline.close();
    Sotto again = people.open("a2");
    TwoPeople.await(() -> names(again).equals(List.of("Old phone", "Laptop")));
    TwoPeople.await(() -> names(a1).equals(List.of("Old phone", "Laptop")));
    a1.nameDevice("");
    TwoPeople.await(() -> names(again).equals(List.of("", "Laptop")));
    assertThatThrownBy(() -> a1.nameDevice("x".repeat(65)))
        .isInstanceOfSatisfying(
            SottoException.class,
            e -> assertThat(e.code()).isEqualTo(SottoException.Code.INVALID_INPUT));
  }

  private static List<String> names(Sotto sotto) {
    return sotto.devices().stream().map(d -> d.name().orElse("")).toList();
  }

  @Test
  void copyThatCannotBeDecrypted_isToldAgain() {
    a1HearsA2();
    a2.close();
    forgetOwnSessions();
    a1.conversationWith(BOB).send("lost at first").await(Status.SENT, PATIENCE);
    Sotto again = people.open("a2");
    again.awaitOnline(PATIENCE);
    TwoPeople.await(() -> texts(again, BOB).contains("lost at first"));
    assertThat(again.conversations()).hasSize(1);
    assertThat(texts(again, BOB)).containsExactly("lost at first");
  }

  @Test
  void readingThatCannotBeDecrypted_isToldAgain() {
    a1HearsA2();
    b1.conversationWith(ALICE).send("hello").await(Status.DELIVERED, PATIENCE);
    TwoPeople.await(() -> a2.conversationWith(BOB).unreadCount() == 1);
    a2.close();
    forgetOwnSessions();
    TwoPeople.await(() -> a1.conversationWith(BOB).unreadCount() == 1);
    a1.conversationWith(BOB).markRead();
    assertThat(a1.awaitOutbox(PATIENCE)).isTrue();
    Sotto again = people.open("a2");
    TwoPeople.await(() -> again.conversationWith(BOB).unreadCount() == 0);
  }

  @Test
  void ownMessages_areNoUnreadAndNoEventsOfOthers() {
    a1.conversationWith(BOB).send("mine").await(Status.SENT, PATIENCE);
    TwoPeople.await(() -> texts(a2, BOB).contains("mine"));
    assertThat(a2.conversationWith(BOB).unreadCount()).isZero();
    try (EventStream events = a2.events("test")) {
      while (true) {
        var event = events.next(Duration.ofMillis(50));
        if (event.isEmpty()) {
          return;
        }
        assertThat(event.get()).isNotInstanceOf(Event.MessageReceived.class);
      }
    }
  }
}
