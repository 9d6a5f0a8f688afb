package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// A1 comes back to a full mailbox, by 3,000 messages of B1 and by 50,000 in the long tests: the
/// work for each does not grow, what A1 writes goes meanwhile, and nothing is left out.
@Timeout(value = 30, unit = TimeUnit.MINUTES)
final class BacklogTest {
  private static final boolean LONG = Boolean.getBoolean("sotto.long");
  private static final int MESSAGES = LONG ? 50_000 : 3000;
  private static final int PARTS = 6;
  private static final Duration LIMIT = Duration.ofMinutes(LONG ? 20 : 2);
  private static final Username ALICE = Username.of("alice");

  @TempDir Path folder;
  private TwoPeople people;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    var _ = people.register("bob");
    people.register("alice").close();
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private void fill(int messages) {
    Conversation toAlice = people.of("bob").conversationWith(ALICE);
    for (int i = 0; i < messages; i++) {
      SentMessage sent = toAlice.send(Integer.toString(i));
      if (i % 500 == 499) {
        assertThat(sent.await(Status.SENT, LIMIT)).isEqualTo(Status.SENT);
      }
    }
    assertThat(people.of("bob").awaitOutbox(LIMIT)).isTrue();
    assertThat(people.server.mailboxSize(people.id("alice"))).isEqualTo(messages);
  }

  @Test
  void backlog_costsTheSameForEachMessage_andSendingGoesOn() {
    fill(MESSAGES);
    people.server.holdDelivery();
    Sotto a1 = people.open("alice");
    a1.awaitOnline(LIMIT);
    var work = a1.countWork();
    AccountId alice = people.id("alice");
    List<Long> perMessage = new ArrayList<>();
    long began = System.nanoTime();
    people.server.deliverAgain();
    SentMessage sent = a1.conversationWith(people.id("bob")).send("meanwhile");
    int leftWhenSent = -1;
    int taken = 0;
    long before = work.sum();
    while (taken < MESSAGES) {
      assertThat(System.nanoTime() - began).as("in time").isLessThan(LIMIT.toNanos());
      int left = people.server.mailboxSize(alice);
      if (leftWhenSent < 0 && sent.status().reached(Status.SENT)) {
        leftWhenSent = left;
      }
      int fresh = MESSAGES - left - taken;
      if (fresh >= MESSAGES / PARTS || left == 0) {
        perMessage.add((work.sum() - before) / fresh);
        before = work.sum();
        taken += fresh;
      }
      LockSupport.parkNanos(1_000_000);
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        "%d messages, %.0f a second; instructions for each, part by part: %s; %d left when A1's was"
            + " sent%n",
        MESSAGES, MESSAGES / seconds, perMessage, leftWhenSent);
    assertThat(
            a1.conversationWith(people.id("bob")).messages(10_000).stream()
                .map(MessageView::text)
                .filter(text -> !text.equals("meanwhile"))
                .toList())
        .isEqualTo(
            IntStream.range(Math.max(0, MESSAGES - 9_999), MESSAGES)
                .mapToObj(Integer::toString)
                .toList());
    assertThat(leftWhenSent).as("left when A1's was sent").isPositive();
    // What a transaction costs is shared by the messages that come in it, which depends on the
    // machine. But who looks at each row spends an instruction or more on every one that came
    // since.
    int last = perMessage.size() - 2;
    long cameBetween = (long) (last - 1) * MESSAGES / PARTS;
    assertThat(perMessage.get(last) - perMessage.get(1)).isLessThan(cameBetween);
  }

  @Test
  void backlogOfAStranger_whoseChainCannotBeFetchedAtFirst_isThereWhenItCan() {
    fill(1500);
    people.server.chains =
        chain -> {
          if (people.server.mailboxSize(people.id("bob")) == 0
              && people.server.mailboxSize(people.server.accountOf("alice").orElseThrow()) == 0) {
            people.server.chains = c -> c;
          }
          throw Statuses.of(Reason.SHUTTING_DOWN, "not now");
        };
    Sotto a1 = people.open("alice");
    a1.awaitOnline(LIMIT);
    TwoPeople.await(() -> a1.conversations().stream().anyMatch(c -> c.unread() == 1500));
    assertThat(
            a1.conversationWith(people.id("bob")).messages(2000).stream()
                .map(MessageView::text)
                .toList())
        .isEqualTo(IntStream.range(0, 1500).mapToObj(Integer::toString).toList());
  }
}
