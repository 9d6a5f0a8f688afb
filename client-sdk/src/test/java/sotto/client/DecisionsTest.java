package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.PastWriter.account;
import static sotto.client.TwoPeople.PATIENCE;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.client.SottoException.Code;

/// Requests of strangers, blocked contacts, deleted conversations.
final class DecisionsTest {
  private static final Username ALICE = Username.of("alice");
  private static final Username BOB = Username.of("bob");

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

  private static void delivered(SentMessage message) {
    assertThat(message.await(Status.DELIVERED, PATIENCE)).isEqualTo(Status.DELIVERED);
  }

  /// Waits until a message is at the server and taken from there.
  private void taken(SentMessage message, String by) {
    assertThat(message.await(Status.SENT, PATIENCE).reached(Status.SENT)).isTrue();
    TwoPeople.await(() -> people.server.mailboxSize(people.id(by)) == 0);
  }

  @Test
  void strangersConversation_isARequest_untilItIsAccepted() {
    Conversation toBob = people.aliceToBob();
    delivered(toBob.send("hi"));
    Sotto bob = people.of("bob");
    assertThat(bob.awaitMailboxEmpty(PATIENCE)).isTrue();
    assertThat(bob.conversations().getFirst().request()).isTrue();
    assertThat(people.of("alice").conversations().getFirst().request()).isFalse();
    bob.conversationWith(ALICE).accept();
    assertThat(bob.conversations().getFirst().request()).isFalse();
    assertThat(bob.conversations().getFirst().peer().accepted()).isTrue();
  }

  @Test
  void blockedContactsMessages_areTakenAndDropped_withoutAReceipt() {
    Conversation toBob = people.aliceToBob();
    delivered(toBob.send("before"));
    Sotto bob = people.of("bob");
    Conversation toAlice = bob.conversationWith(ALICE);
    delivered(toAlice.send("hello"));
    toAlice.block();
    assertThat(toAlice.peer().blocked()).isTrue();
    assertThat(toAlice.peer().accepted()).isFalse();
    SentMessage dropped = toBob.send("during");
    taken(dropped, "bob");
    assertThat(bob.awaitOutbox(PATIENCE)).isTrue();
    assertThat(toAlice.messages(10))
        .extracting(MessageView::text)
        .containsExactly("before", "hello");
    assertThat(dropped.status()).isEqualTo(Status.SENT);
    assertThat(toAlice.markRead()).isOne();

    toAlice.unblock();
    SentMessage after = toBob.send("after");
    delivered(after);
    assertThat(dropped.status()).isEqualTo(Status.SENT);
    assertThat(toAlice.messages(10))
        .extracting(MessageView::text)
        .containsExactly("before", "hello", "after");
    assertThat(bob.conversations().getFirst().request()).isTrue();
  }

  @Test
  void blockedContact_isRefusedWithASentence_andWhatWaitsFails() {
    Conversation toBob = people.aliceToBob();
    delivered(toBob.send("hi"));
    people.of("alice").close();
    Sotto offline = people.openOffline("alice");
    Conversation bob = offline.conversationWith(BOB);
    SentMessage waiting = bob.send("waits");
    bob.block();
    assertThat(waiting.status()).isEqualTo(Status.FAILED);
    assertThat(waiting.failure().orElseThrow().code()).isEqualTo("blocked");
    for (Runnable refused : List.<Runnable>of(() -> bob.send("more"), bob::accept)) {
      assertThatThrownBy(refused::run)
          .isInstanceOfSatisfying(
              SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.CONTACT_BLOCKED))
          .hasMessageContaining("bob");
    }
    assertThat(waiting.retry()).isFalse();
    bob.unblock();
    assertThat(waiting.retry()).isTrue();
    offline.close();
    Sotto online = people.open("alice");
    assertThat(online.awaitOutbox(PATIENCE)).isTrue();
    delivered(online.sentMessage(waiting.id()).orElseThrow());
  }

  private byte[] keyOfAlice(String home) {
    people.of(home).close();
    List<byte[]> keys = new ArrayList<>();
    AccountId alice = people.id("alice");
    PastWriter.inStore(
        people.home(home),
        store -> keys.add(store.profiles().find(alice).orElseThrow().key().bytes()));
    var _ = people.open(home);
    return keys.getFirst();
  }

  @Test
  void blockedContact_hasNoKeyToThisAccountsPresenceAnyMore_andOthersGetTheNewOne() {
    Conversation toBob = people.aliceToBob();
    var _ = people.register("carol");
    Conversation toCarol = people.of("alice").conversationWith(Username.of("carol"));
    delivered(toBob.send("hi"));
    delivered(toBob.send("hi again"));
    delivered(toCarol.send("hi"));
    delivered(toCarol.send("hi again"));
    byte[] bobs = keyOfAlice("bob");
    assertThat(keyOfAlice("carol")).isEqualTo(bobs);
    toBob.block();
    delivered(toCarol.send("news"));
    assertThat(keyOfAlice("carol")).isNotEqualTo(bobs);
    assertThat(keyOfAlice("bob")).isEqualTo(bobs);
    // Also after a restart.
    people.of("alice").close();
    Sotto again = people.open("alice");
    delivered(again.conversationWith(Username.of("carol")).send("more"));
    assertThat(keyOfAlice("carol")).isNotEqualTo(bobs);
  }

  @Test
  void deletedConversation_isGoneHereAndInTheArchive_andComesNotTwice() {
    people.register("alice").close();
    AccountId bob = account(1);
    new PastWriter(people.home("alice"), 1).settled("bob", bob, 1500);
    new PastWriter(people.home("alice"), 2).settled("carol", account(2), 300);
    Sotto alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    var _ = alice.archive().moveOlderThan(PastWriter.AGE);
    // Some come back as copies.
    assertThat(alice.conversationWith(bob).messages(700)).hasSize(700);
    String word = alice.conversationWith(bob).messages(1).getFirst().text().split(" ", 2)[0];
    assertThat(alice.search(SearchQuery.of(word).in(BOB))).isNotEmpty();
    assertThat(alice.conversationWith(bob).delete()).isPositive();
    assertThat(alice.conversationWith(bob).messages(10)).isEmpty();
    assertThat(alice.search(SearchQuery.of(word).in(BOB))).isEmpty();
    assertThat(alice.conversations()).hasSize(1);
    TwoPeople.await(() -> people.server.blobs.count() == 1);
    assertThat(alice.conversationWith(account(2)).messages(10_000)).hasSize(300);
    assertThat(alice.archive().summary().segments()).isOne();
  }

  @Test
  void deletedRequest_leavesTheStrangerAStranger() {
    Conversation toBob = people.aliceToBob();
    SentMessage hi = toBob.send("hi");
    delivered(hi);
    Sotto bob = people.of("bob");
    assertThat(bob.awaitMailboxEmpty(PATIENCE)).isTrue();
    assertThat(bob.conversationWith(ALICE).delete()).isOne();
    assertThat(bob.conversations()).isEmpty();
    assertThat(bob.message(hi.id())).isEmpty();
    delivered(toBob.send("again"));
    assertThat(bob.conversations().getFirst().request()).isTrue();
    assertThat(bob.conversationWith(ALICE).messages(10)).hasSize(1);
  }
}
