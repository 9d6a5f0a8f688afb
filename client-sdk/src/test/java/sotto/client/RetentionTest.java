package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.TwoPeople.PATIENCE;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;

/// Messages that are not wanted for ever.
final class RetentionTest {
  private static final AccountId CAROL = new AccountId(new byte[AccountId.LENGTH]);
  private static final Duration YEAR = Duration.ofDays(365);

  @TempDir Path folder;
  private TwoPeople people;
  private Sotto alice;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    alice = people.register("alice");
    alice.close();
    new PastWriter(people.home("alice"), 1).settled("carol", CAROL, 1000);
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private void open() {
    alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
  }

  private List<MessageView> messages() {
    return alice.conversationWith(CAROL).messages(10_000);
  }

  private static boolean young(MessageView message) {
    return message.sentAt().isAfter(java.time.Instant.now().minus(YEAR));
  }

  @Test
  void forEver_untilSomethingElseIsSaid() {
    open();
    assertThat(alice.retention().age()).isEmpty();
    assertThat(alice.retention().apply()).hasValue(0L);
    assertThat(messages()).hasSize(1000);
    for (Duration wrong : List.of(Duration.ofHours(23), Duration.ofDays(36_501))) {
      assertThatThrownBy(() -> alice.retention().keep(wrong))
          .isInstanceOfSatisfying(
              SottoException.class,
              e -> assertThat(e.code()).isEqualTo(SottoException.Code.INVALID_INPUT));
    }
  }

  @Test
  void olderMessages_go_alsoFromSearch_andTheOthersStay() {
    // PastWriter begins two years ago: a row every ten minutes is all older than a year.
    PastWriter.inStore(
        people.home("alice"),
        store -> {
          long carol = store.contacts().find(CAROL).orElseThrow().id();
          long now = System.currentTimeMillis();
          store.messages().addOutgoing(carol, id(1), "ka young", 0, now - 1000, Status.READ);
          store.messages().addOutgoing(carol, id(2), "ka waits", 0, 1000, Status.QUEUED);
        });
    open();
    alice.retention().keep(YEAR);
    TwoPeople.await(() -> messages().size() == 2);
    assertThat(messages()).extracting(MessageView::text).containsExactly("ka waits", "ka young");
    assertThat(alice.search(SearchQuery.of("ka").limit(10_000))).hasSize(2);
    assertThat(alice.retention().age()).hasValue(YEAR);
    alice.close();
    open();
    assertThat(alice.retention().age()).hasValue(YEAR);
    alice.retention().keepForever();
    assertThat(alice.retention().age()).isEmpty();
  }

  private static MessageId id(int number) {
    byte[] id = new byte[MessageId.LENGTH];
    id[15] = (byte) number;
    return MessageId.of(id);
  }

  @Test
  void archivedHistory_stays() {
    open();
    List<MessageView> before = messages();
    assertThat(alice.archive().moveOlderThan(PastWriter.AGE).messages()).isEqualTo(999);
    // Some are here as copies.
    assertThat(messages()).isEqualTo(before);
    alice.retention().keep(YEAR);
    assertThat(alice.retention().apply()).isPresent();
    TwoPeople.await(() -> messages().size() == 999);
    assertThat(messages()).isEqualTo(before.subList(0, 999)).noneMatch(RetentionTest::young);
  }

  @Test
  void withoutAConnection_nothingIsDeleted() {
    alice = people.openOffline("alice");
    alice.retention().keep(YEAR);
    assertThat(alice.retention().apply()).isEqualTo(Optional.empty());
    assertThat(messages()).hasSize(1000);
    alice.close();
    open();
    TwoPeople.await(() -> messages().isEmpty());
  }
}
