package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.PastWriter.account;
import static sotto.client.TwoPeople.PATIENCE;
import static sotto.client.TwoPeople.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import sotto.client.internal.store.Messages;

/// Search over all conversations.
final class SearchTest {
  private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

  @TempDir Path folder;
  private TwoPeople people;
  private Sotto alice;

  @BeforeEach
  void start() {
    people = new TwoPeople(folder);
    alice = people.register("alice");
    alice.close();
  }

  @AfterEach
  void stop() {
    people.close();
  }

  private static MessageId id(int number) {
    byte[] id = new byte[MessageId.LENGTH];
    id[14] = (byte) (number >> 8);
    id[15] = (byte) number;
    return MessageId.of(id);
  }

  /// Writes messages of a user, or to him, a day apart from 2020 on.
  private void wrote(String user, boolean incoming, String... texts) {
    PastWriter.inStore(
        people.home("alice"),
        store -> {
          long contact = store.contacts().pin(Username.of(user), account(user.hashCode()), 1);
          for (String text : texts) {
            int n = (int) store.sql().number("SELECT count(*) FROM message");
            long at = LONG_AGO.plus(Duration.ofDays(n)).toEpochMilli();
            if (incoming) {
              var _ =
                  store
                      .messages()
                      .addIncoming(
                          contact,
                          new Messages.Incoming(
                              id(n), MessageView.Kind.MESSAGE, text, 0, at, at, 1));
              store.sql().update("UPDATE message SET status = 3");
            } else {
              store.messages().addOutgoing(contact, id(n), text, 0, at, Status.READ);
            }
          }
        });
  }

  private void openOffline() {
    alice = people.openOffline("alice");
  }

  private List<String> found(SearchQuery query) {
    return alice.search(query).stream().map(MessageView::text).toList();
  }

  private List<String> found(String words) {
    return found(SearchQuery.of(words));
  }

  @Test
  void whatIsWritten_getsIntoTheIndexByItself_andIsFoundBeforeThatToo() {
    openOffline();
    alice.conversationWith(Username.of("bob")).send("hello there");

    assertThat(found("hello")).containsExactly("hello there");

    alice.conversationWith(Username.of("bob")).send("hello again");
    await(() -> alice.notIndexed() == 0);
    assertThat(found("again")).containsExactly("hello again");
  }

  @Test
  void wordsArePrefixes_phrasesFollowEachOther_newestFirst() {
    wrote("bob", true, "The quick brown fox", "a slow turtle", "Quick! A brown fence", "foxes");
    openOffline();
    assertThat(found("qui fox")).containsExactly("The quick brown fox");
    assertThat(found("brown")).containsExactly("Quick! A brown fence", "The quick brown fox");
    assertThat(found("\"quick brown\"")).containsExactly("The quick brown fox");
    assertThat(found("\"brown fo\"")).isEmpty();
    assertThat(found("fox")).containsExactly("foxes", "The quick brown fox");
    assertThat(found("nothing")).isEmpty();
  }

  @Test
  void anyScript_caseAndAccents() {
    wrote("bob", true, "会議は明日です", "ประชุมพรุ่งนี้", "Große Übung im Café", "встреча Ёлка", "회의실에서");
    openOffline();
    assertThat(found("明日")).containsExactly("会議は明日です");
    assertThat(found("議")).containsExactly("会議は明日です");
    assertThat(found("พรุ่งนี้")).containsExactly("ประชุมพรุ่งนี้");
    assertThat(found("GROSSE ubung cafe")).containsExactly("Große Übung im Café");
    assertThat(found("ВСТРЕЧА елка")).containsExactly("встреча Ёлка");
    assertThat(found("의실")).containsExactly("회의실에서");
    assertThat(found("日明")).isEmpty();
  }

  @Test
  void filters_byAuthorConversationTimeAndNumber() {
    wrote("bob", true, "lake one", "lake two");
    wrote("carol", true, "lake three");
    wrote("bob", false, "my lake");
    openOffline();
    SearchQuery lake = SearchQuery.of("lake");
    assertThat(found(lake)).containsExactly("my lake", "lake three", "lake two", "lake one");
    assertThat(found(lake.from(Username.of("bob")))).containsExactly("lake two", "lake one");
    assertThat(found(lake.in(Username.of("bob"))))
        .containsExactly("my lake", "lake two", "lake one");
    assertThat(found(lake.from(Username.of("alice")))).containsExactly("my lake");
    assertThat(found(SearchQuery.of("").from(Username.of("carol")))).containsExactly("lake three");
    assertThat(found(lake.limit(2))).containsExactly("my lake", "lake three");
    Instant second = LONG_AGO.plus(Duration.ofDays(1));
    assertThat(found(lake.before(second))).containsExactly("lake one");
    assertThat(found(lake.after(second).before(second.plusMillis(1)))).containsExactly("lake two");
    assertThatThrownBy(() -> alice.search(lake.in(Username.of("dave"))))
        .isInstanceOfSatisfying(SottoException.class, e -> assertThat(e.field()).hasValue("in"))
        .hasMessageContaining("dave");
  }

  @Test
  void filesAreFoundByName_alsoWhenTheyHaveJustCome() throws IOException {
    var _ = people.register("bob");
    alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    Path file = Files.writeString(folder.resolve("Urlaub_Übersicht 2026.txt"), "x");
    Conversation bob = alice.conversationWith(Username.of("bob"));
    assertThat(bob.sendFile(file, "plans").await(Status.DELIVERED, PATIENCE))
        .isEqualTo(Status.DELIVERED);
    bob.send("no file");
    for (Sotto side : List.of(alice, people.of("bob"))) {
      for (String words : List.of("ubersicht", "plans urlaub", "\"2026 txt\"", "")) {
        assertThat(side.search(SearchQuery.of(words).onlyWithFiles()))
            .as(words)
            .extracting(MessageView::text)
            .containsExactly("plans");
      }
      // The name does not follow the text.
      assertThat(side.search(SearchQuery.of("\"plans urlaub\""))).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "  ", "?!", "\"open", "one \"two\" \""})
  void nothingToGoBy_isASentence(String words) {
    openOffline();
    assertThatThrownBy(() -> alice.search(SearchQuery.of(words)))
        .isInstanceOfSatisfying(
            SottoException.class,
            e -> {
              assertThat(e.code()).isEqualTo(SottoException.Code.INVALID_INPUT);
              assertThat(e.getMessage()).endsWith(".");
            });
  }

  @Test
  void wordInEveryMessage_givesTheNewest_alsoOfOneMillisecond() {
    PastWriter.inStore(
        people.home("alice"),
        store -> {
          long bob = store.contacts().pin(Username.of("bob"), account(1), 1);
          for (int i = 0; i < 60; i++) {
            long at = LONG_AGO.toEpochMilli() + i / 6;
            store.messages().addOutgoing(bob, id(i), "always " + i, 0, at, Status.READ);
          }
        });
    openOffline();
    for (String words : List.of("al", "always")) {
      assertThat(found(SearchQuery.of(words).limit(20)))
          .isEqualTo(IntStream.range(0, 20).mapToObj(i -> "always " + (59 - i)).toList());
      assertThat(found(SearchQuery.of(words).limit(100))).hasSize(60);
    }
  }

  @Test
  void archivedMessages_areFound_byPhraseScriptAndFileName() {
    new PastWriter(people.home("alice"), 1).settled("bob", account(1), 500);
    wrote("carol", true, "会議は明日です", "see you at the lake", "the lake you see", "last");
    alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    List<SearchQuery> queries =
        List.of(
            SearchQuery.of("明日"),
            SearchQuery.of("議は明"),
            SearchQuery.of("\"at the lake\""),
            SearchQuery.of("lake see").from(Username.of("carol")),
            SearchQuery.of("jpg").limit(1000),
            SearchQuery.of("ka").onlyWithFiles().limit(1000),
            SearchQuery.of("").in(Username.of("carol")).onlyWithFiles(),
            SearchQuery.of("").in(Username.of("carol")));
    List<List<MessageView>> before = queries.stream().map(alice::search).toList();
    assertThat(before.get(4)).isNotEmpty();
    assertThat(alice.archive().moveOlderThan(PastWriter.AGE).messages()).isGreaterThan(490);
    alice.close();
    openOffline();
    assertThat(alice.search(queries.getFirst()))
        .extracting(MessageView::kind)
        .containsExactly(MessageView.Kind.ARCHIVED);
    assertThat(alice.search(SearchQuery.of("明日").before(LONG_AGO))).isEmpty();
    assertThat(alice.search(SearchQuery.of("今日"))).isEmpty();
    alice.close();
    alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    assertThat(queries.stream().map(alice::search).toList()).isEqualTo(before);
  }

  /// As an earlier version left it: runs without spaces are one term there.
  @Test
  void segmentsOfAnEarlierVersion_areFoundToo() {
    wrote("carol", true, "会議は明日です", "see you at the lake", "นัดพรุ่งนี้", "last");
    alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    assertThat(alice.archive().moveOlderThan(PastWriter.AGE).messages()).isEqualTo(3);
    alice.close();
    PastWriter.inStore(
        people.home("alice"),
        store -> {
          store.sql().update("INSERT INTO archive_words(archive_words) VALUES('delete-all')");
          store
              .sql()
              .update(
                  "INSERT INTO archive_text(rowid, text) SELECT id, ? FROM archive_segment",
                  "会議は明日です\nsee you at the lake\nนัดพรุ่งนี้");
          store.sql().update("UPDATE archive_segment SET words = 0");
        });
    openOffline();
    for (String there : List.of("明日", "議", "lak", "\"at the\"", "พรุ่งนี้")) {
      assertThat(alice.search(SearchQuery.of(there))).as(there).hasSize(1);
    }
    for (String absent : List.of("今日", "sea", "lake 今")) {
      assertThat(alice.search(SearchQuery.of(absent))).as(absent).isEmpty();
    }
    alice.close();
    alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
    assertThat(found("明日")).containsExactly("会議は明日です");
    assertThat(alice.archive().restore().messages()).isEqualTo(3);
    assertThat(found("明日")).containsExactly("会議は明日です");
  }

  @Test
  void messageThatWasSentLater_isFoundAtItsTime() {
    var _ = people.register("bob");
    openOffline();
    SentMessage early = alice.conversationWith(Username.of("bob")).send("word early");
    alice.close();
    alice = people.open("alice");
    TwoPeople.await(() -> early(early.id()).reached(Status.SENT));
    assertThat(
            alice
                .conversationWith(Username.of("bob"))
                .send("word late")
                .await(Status.SENT, PATIENCE)
                .reached(Status.SENT))
        .isTrue();
    assertThat(found("word")).containsExactly("word late", "word early");
    List<Instant> times = new ArrayList<>();
    alice.search(SearchQuery.of("word")).forEach(m -> times.add(m.sentAt()));
    assertThat(found(SearchQuery.of("word").after(times.getFirst()))).containsExactly("word late");
  }

  private Status early(MessageId id) {
    return alice.sentMessage(id).orElseThrow().status();
  }
}
