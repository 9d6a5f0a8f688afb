package sotto.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.client.PastWriter.account;
import static sotto.client.TwoPeople.PATIENCE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import sotto.chain.AccountId;
import sotto.client.SottoException.Code;
import sotto.client.internal.archive.Step;

/// History that is kept at the server.
final class ArchiveTest {
  private static final Duration AGE = PastWriter.AGE;
  private static final AccountId BOB = account(1);

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

  private PastWriter past(long seed) {
    return new PastWriter(people.home("alice"), seed);
  }

  private void open() {
    alice = people.open("alice");
    alice.awaitOnline(PATIENCE);
  }

  private void openOffline() {
    alice = people.openOffline("alice");
  }

  private void aliceWithPast(int messages) {
    past(1).settled("bob", BOB, messages);
    open();
  }

  private List<MessageView> all() {
    return all(BOB);
  }

  /// A conversation as an app sees it that scrolls up to its beginning.
  private List<MessageView> all(AccountId contact) {
    Conversation conversation = alice.conversationWith(contact);
    List<MessageView> all = new ArrayList<>();
    List<MessageView> page = conversation.messages(300);
    while (!page.isEmpty()) {
      all.addAll(0, page);
      page = conversation.messagesBefore(page.getFirst().place(), 300);
    }
    return all;
  }

  private long rows() {
    AtomicInteger rows = new AtomicInteger();
    alice.close();
    PastWriter.inStore(
        people.home("alice"),
        store ->
            rows.set(
                (int) store.sql().number("SELECT count(*) FROM message WHERE contact <> 999999")));
    return rows.get();
  }

  @Test
  void messagesLeaveTheStore_andAreThereAsBefore() throws IOException {
    aliceWithPast(2500);
    List<MessageView> before = all();
    List<ArchiveProgress> progress = new ArrayList<>();
    ArchiveOutcome outcome = alice.archive().moveOlderThan(AGE, progress::add);
    assertThat(outcome)
        .isInstanceOfSatisfying(
            ArchiveOutcome.Moved.class,
            m -> {
              assertThat(m.messages()).isEqualTo(2499);
              assertThat(m.segments()).isEqualTo(3);
              assertThat(m.bytes()).isEqualTo(people.server.blobs.bytes());
            });
    assertThat(progress)
        .containsExactly(
            new ArchiveProgress(1000, 2499),
            new ArchiveProgress(2000, 2499),
            new ArchiveProgress(2499, 2499));
    assertThat(alice.archive().summary())
        .isEqualTo(new ArchiveSummary(2499, 3, people.server.blobs.bytes()));
    assertThat(rows()).isOne();
    try (Stream<Path> left = Files.list(people.home("alice").resolve("archive"))) {
      assertThat(left).isEmpty();
    }
    open();
    assertThat(all()).isEqualTo(before);
    assertThat(alice.archive().moveOlderThan(AGE)).isEqualTo(new ArchiveOutcome.Moved(0, 0, 0));
  }

  @Test
  void restore_bringsEverythingBack_andDeletesTheBlobs() {
    aliceWithPast(1500);
    List<MessageView> before = all();
    var _ = alice.archive().moveOlderThan(AGE);
    assertThat(alice.archive().restore()).isEqualTo(new Restored(1499, 2, 0));
    assertThat(people.server.blobs.count()).isZero();
    assertThat(alice.archive().summary()).isEqualTo(new ArchiveSummary(0, 0, 0));
    assertThat(rows()).isEqualTo(1500);
    openOffline();
    assertThat(all()).isEqualTo(before);
    String word = before.getFirst().text().split(" ", 2)[0];
    assertThat(alice.search(SearchQuery.of(word).limit(10_000)))
        .isEqualTo(
            alice.search(SearchQuery.of(word).limit(10_000)).stream()
                .filter(m -> before.contains(m))
                .toList())
        .isNotEmpty();
  }

  @Test
  void whatIsNotSettled_stays() {
    long now = System.currentTimeMillis();
    long old = now - Duration.ofDays(200).toMillis();
    PastWriter past = past(2);
    past.settled("bob", BOB, 20);
    PastWriter.inStore(
        people.home("alice"),
        store -> {
          long bob = store.contacts().find(BOB).orElseThrow().id();
          store.messages().addOutgoing(bob, id(1), "sent", 0, old, Status.SENT);
          store.messages().addOutgoing(bob, id(2), "queued", 0, old + 1, Status.QUEUED);
          long seen =
              store.messages().addOutgoing(bob, id(3), "unseen", 0, old + 2, Status.DELIVERED);
          var _ = store.messages().addIncoming(bob, incoming(4, "unread", old + 3));
          long due = store.messages().addOutgoing(bob, id(5), "due", 0, old + 4, Status.READ);
          store
              .outgoing()
              .add(
                  0,
                  Optional.empty(),
                  sotto.client.internal.store.OutboxRow.Kind.RESEND,
                  due,
                  new byte[0],
                  new byte[16]);
          store.messages().addOutgoing(bob, id(6), "young", 0, now, Status.READ);
          store
              .events()
              .addMessage(sotto.client.internal.store.Events.Kind.STATUS, seen, "DELIVERED", now);
          store.events().moveCursor("app", 0);
        });
    open();
    var _ = alice.archive().moveOlderThan(AGE);
    alice.close();
    openOffline();
    assertThat(alice.conversationWith(BOB).messages(100))
        .extracting(MessageView::text)
        .contains("sent", "queued", "unseen", "unread", "due", "young");
    alice.close();
    PastWriter.inStore(
        people.home("alice"), store -> store.events().moveCursor("app", store.events().newest()));
    open();
    // What was unseen, and what was sent so long ago that it has failed meanwhile.
    assertThat(alice.archive().moveOlderThan(AGE).messages()).isEqualTo(2);
  }

  private static MessageId id(int number) {
    byte[] id = new byte[MessageId.LENGTH];
    id[15] = (byte) number;
    return MessageId.of(id);
  }

  private static sotto.client.internal.store.Messages.Incoming incoming(
      int number, String text, long at) {
    return new sotto.client.internal.store.Messages.Incoming(
        id(number), MessageView.Kind.MESSAGE, text, 0, at, at, 1);
  }

  private static final class PowerCut extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void cutAtAnyStep_nothingIsLost_andItGoesOn(Step cut) {
    aliceWithPast(2300);
    List<MessageView> before = all();
    boolean back = cut.compareTo(Step.RETURNED) >= 0;
    for (int which = 1; which <= 2; which++) {
      if (back) {
        assertThat(alice.archive().moveOlderThan(AGE).messages()).isPositive();
      }
      cutAt(cut, which);
      assertThatThrownBy(() -> moveOrRestore(back)).isInstanceOf(PowerCut.class);
      alice.close();
      open();
      assertThat(all()).isEqualTo(before);
    }
    moveOrRestore(back);
    assertThat(all()).isEqualTo(before);
    assertThat(people.server.blobs.count()).isEqualTo(alice.archive().summary().segments());
    assertThat(alice.archive().restore().unreadable()).isZero();
    assertThat(people.server.blobs.count()).isZero();
    assertThat(rows()).isEqualTo(2300);
    openOffline();
    assertThat(all()).isEqualTo(before);
  }

  private void moveOrRestore(boolean restore) {
    if (restore) {
      alice.archive().restore();
    } else {
      var _ = alice.archive().moveOlderThan(AGE);
    }
  }

  private void cutAt(Step cut, int which) {
    AtomicInteger seen = new AtomicInteger();
    alice
        .archive()
        .onStep(step -> {
          if (step == cut && seen.incrementAndGet() == which) {
            throw new PowerCut();
          }
        });
  }

  @Test
  void connectionLost_whatHasMovedHasMoved_andTheRestGoesOnLater() {
    aliceWithPast(2300);
    List<MessageView> before = all();
    AtomicInteger uploads = new AtomicInteger();
    alice
        .archive()
        .onStep(step -> {
          if (step == Step.PREPARED && uploads.incrementAndGet() == 2) {
            people.server.stop();
          }
        });
    assertThatThrownBy(() -> alice.archive().moveOlderThan(AGE))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.SERVER_UNREACHABLE));
    assertThat(alice.archive().summary().segments()).isOne();
    TwoPeople.await(() -> alice.connection().state() != Connection.State.ONLINE);
    people.server.restart();
    alice.awaitOnline(PATIENCE);
    assertThat(all()).isEqualTo(before);
    assertThat(alice.archive().moveOlderThan(AGE).segments()).isEqualTo(2);
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void noRoom_isAnOutcome_andTheRestStays() {
    aliceWithPast(2300);
    List<MessageView> before = all();
    people.server.blobs.keptLimit = 150_000;
    assertThat(alice.archive().moveOlderThan(AGE))
        .isInstanceOfSatisfying(
            ArchiveOutcome.NoRoom.class,
            n -> {
              assertThat(n.segments()).isBetween(1, 2);
              assertThat(n.limitBytes()).isEqualTo(150_000);
            });
    assertThat(all()).isEqualTo(before);
    people.server.blobs.keptLimit = Long.MAX_VALUE;
    assertThat(alice.archive().moveOlderThan(AGE)).isInstanceOf(ArchiveOutcome.Moved.class);
    assertThat(alice.archive().summary().messages()).isEqualTo(2299);
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void blobThatTheServerDoesNotKeepAsItWas_takesNothingAway() {
    aliceWithPast(300);
    List<MessageView> before = all();
    alice
        .archive()
        .onStep(step -> {
          if (step == Step.SENT) {
            people.server.blobs.damage();
          }
        });
    assertThatThrownBy(() -> alice.archive().moveOlderThan(AGE))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.REFUSED));
    alice.archive().onStep(_ -> {});
    people.server.stop();
    assertThat(all()).isEqualTo(before);
    people.server.restart();
    alice.awaitOnline(PATIENCE);
    assertThat(alice.archive().moveOlderThan(AGE).messages()).isEqualTo(299);
    assertThat(people.server.blobs.count()).isOne();
  }

  @Test
  void offline_whatIsHereIsShown_andWhatIsBeyondSaysWhere() {
    aliceWithPast(300);
    List<MessageView> before = all();
    var _ = alice.archive().moveOlderThan(AGE);
    alice.close();
    openOffline();
    Conversation bob = alice.conversationWith(BOB);
    List<MessageView> here = bob.messages(50);
    assertThat(here).containsExactly(before.getLast());
    assertThatThrownBy(() -> bob.messagesBefore(here.getFirst().place(), 50))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.SERVER_UNREACHABLE))
        .hasMessageContaining("in the archive");
    assertThatThrownBy(() -> alice.message(before.getFirst().id()))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.SERVER_UNREACHABLE));
    assertThat(alice.message(id(77))).isEmpty();
    String word = before.getFirst().text().split(" ", 2)[0];
    assertThat(
            alice.search(SearchQuery.of(word).limit(10)).getLast().failure().orElseThrow().code())
        .isEqualTo("archive_unreachable");
  }

  @Test
  void localMessageAmongArchivedOnes_isNotShownAcrossTheGap_offline() {
    past(3).settled("bob", BOB, 100);
    long middle = System.currentTimeMillis() - Duration.ofDays(729).toMillis();
    PastWriter.inStore(
        people.home("alice"),
        store ->
            store
                .messages()
                .addIncoming(
                    store.contacts().find(BOB).orElseThrow().id(), incoming(9, "unread", middle)));
    open();
    List<MessageView> before = all();
    var _ = alice.archive().moveOlderThan(AGE);
    alice.close();
    openOffline();
    assertThat(alice.conversationWith(BOB).messages(1000)).containsExactly(before.getLast());
    alice.close();
    open();
    assertThat(all()).isEqualTo(before);
  }

  @Test
  void segmentThatIsGone_isAGapWithASentence_andTheRestIsThere() {
    aliceWithPast(300);
    List<MessageView> before = all();
    var _ = alice.archive().moveOlderThan(AGE);
    people.server.blobs.drop();
    MessageView gap = all().getFirst();
    assertThat(all()).containsExactly(gap, before.getLast());
    assertThat(gap.kind()).isEqualTo(MessageView.Kind.ARCHIVED);
    assertThat(gap.failure().orElseThrow().code()).isEqualTo("archive_gone");
    assertThat(gap.failure().orElseThrow().sentence())
        .matches(
            "299 messages from \\w+ 20\\d\\d( to \\w+ 20\\d\\d)? are in the archive and could not"
                + " be read\\.");
    String word = before.getFirst().text().split(" ", 2)[0];
    assertThat(alice.search(SearchQuery.of(word).limit(10))).contains(gap);
    assertThat(alice.archive().restore()).isEqualTo(new Restored(0, 0, 1));
    assertThat(all()).containsExactly(gap, before.getLast());
  }

  @Test
  void damagedAndSwappedSegments_areRefused() {
    past(4).settled("bob", BOB, 6);
    past(5).settled("carol", account(2), 6);
    open();
    List<MessageView> bob = all();
    var _ = alice.archive().moveOlderThan(AGE);
    assertThat(alice.archive().summary().segments()).isEqualTo(2);
    people.server.blobs.swap();
    assertThat(all()).hasSize(2);
    assertThat(all().getFirst().failure().orElseThrow().code()).isEqualTo("archive_damaged");
    assertThat(all(account(2)).getFirst().kind()).isEqualTo(MessageView.Kind.ARCHIVED);
    people.server.blobs.swap();
    alice.close();
    open();
    assertThat(all()).isEqualTo(bob);
    alice.close();
    open();
    people.server.blobs.damage();
    alice.close();
    PastWriter.inStore(
        people.home("alice"),
        store -> {
          for (long segment : store.segments().cached()) {
            store.archivedRows().delete(segment);
            store.segments().setCached(segment, false);
          }
        });
    open();
    assertThat(all().getFirst().failure().orElseThrow().code()).isEqualTo("archive_damaged");
  }

  @Test
  void segmentOfAnotherAccount_isRefused() {
    past(4).settled("bob", BOB, 6);
    people.register("carol").close();
    new PastWriter(people.home("carol"), 4).settled("bob", BOB, 6);
    open();
    var _ = alice.archive().moveOlderThan(AGE);
    Sotto carol = people.open("carol");
    carol.awaitOnline(PATIENCE);
    var _ = carol.archive().moveOlderThan(AGE);
    people.server.blobs.swap();
    assertThat(all().getFirst().failure().orElseThrow().code()).isEqualTo("archive_damaged");
  }

  @Test
  void copies_areBounded_andLeaveWithoutAnUpload() {
    for (int i = 1; i <= 20; i++) {
      past(i).settled("contact" + i, account(i), 5);
    }
    open();
    var _ = alice.archive().moveOlderThan(AGE);
    assertThat(alice.archive().summary().segments()).isEqualTo(20);
    AtomicInteger downloads = new AtomicInteger();
    people.server.onBlobCall =
        call -> {
          assertThat(call).isEqualTo(FakeServer.BlobCall.DOWNLOAD);
          downloads.incrementAndGet();
        };
    for (int i = 1; i <= 20; i++) {
      assertThat(all(account(i))).hasSize(5);
    }
    assertThat(downloads).hasValue(20);
    // The last sixteen are here, the first four are not.
    for (int i = 20; i >= 5; i--) {
      assertThat(all(account(i))).hasSize(5);
    }
    assertThat(downloads).hasValue(20);
    assertThat(all(account(1))).hasSize(5);
    assertThat(downloads).hasValue(21);
    assertThat(rows()).isEqualTo(20 + 16 * 4);
  }

  @Test
  void lateArrivalInARange_isInOrder_andCanMoveToo() {
    aliceWithPast(300);
    var _ = alice.archive().moveOlderThan(AGE);
    alice.close();
    long middle = System.currentTimeMillis() - Duration.ofDays(729).toMillis();
    PastWriter.inStore(
        people.home("alice"),
        store -> {
          long bob = store.contacts().find(BOB).orElseThrow().id();
          var _ = store.messages().addIncoming(bob, incoming(1, "late", middle));
          store.messages().markRead(bob);
        });
    open();
    List<MessageView> before = all();
    assertThat(before).hasSize(301).extracting(MessageView::text).contains("late");
    assertThat(before)
        .isSortedAccordingTo(
            java.util.Comparator.comparing(
                MessageView::place, sotto.client.internal.store.SegmentRow.ORDER));
    assertThat(alice.archive().moveOlderThan(AGE))
        .isEqualTo(
            new ArchiveOutcome.Moved(1, 1, alice.archive().summary().bytes() - firstBytes()));
    assertThat(all()).isEqualTo(before);
  }

  private long firstBytes() {
    return people.server.blobs.bytes() - sotto.crypto.ArchiveKey.blobSize(200);
  }

  @Test
  void byItself_onceADay_andOnlyWhatFillsAGoodPartOfASegment() {
    past(8).settled("bob", BOB, 250);
    past(9).settled("carol", account(2), 150);
    open();
    alice.archive().byItself(AGE);
    assertThat(alice.archive().summary().messages()).isEqualTo(249);
    var _ = alice.archive().restore();
    alice.archive().byItself(AGE);
    assertThat(alice.archive().summary().messages()).isZero();
    assertThatThrownBy(() -> Options.defaults().archivingAfter(Duration.ofDays(44)))
        .isInstanceOfSatisfying(
            SottoException.class, e -> assertThat(e.code()).isEqualTo(Code.INVALID_INPUT));
  }

  @Test
  void anotherDeviceWithAnEmptyStore_rebuildsHistoryFromKeyAndList() {
    past(6).settled("bob", BOB, 1200);
    past(7).settled("carol", account(2), 40);
    open();
    List<MessageView> bob = all();
    List<MessageView> carol = all(account(2));
    String word = bob.getFirst().text().split(" ", 2)[0];
    var _ = alice.archive().moveOlderThan(AGE);
    List<String> found =
        ids(
            alice.search(SearchQuery.of(word).limit(10_000)).stream()
                .filter(m -> !m.equals(bob.getLast()) && !m.equals(carol.getLast()))
                .toList());
    byte[] key = alice.archive().key();
    var manifest = alice.archive().manifest();
    alice.close();
    PastWriter.inStore(
        people.home("alice"),
        store -> {
          for (String table :
              List.of("attachment", "message", "contact", "archive_segment", "archive_receipt")) {
            store.sql().update("DELETE FROM " + table);
          }
          for (String index : List.of("message_words", "archive_words")) {
            store.sql().update("INSERT INTO " + index + "(" + index + ") VALUES('delete-all')");
          }
          store.settings().remove("archive_key");
        });
    open();
    assertThat(alice.archive().adopt(key, manifest)).isEqualTo(3);
    assertThat(alice.archive().adopt(key, manifest)).isEqualTo(3);
    assertThat(alice.conversations()).hasSize(2);
    assertThat(ids(all())).isEqualTo(ids(bob.subList(0, bob.size() - 1)));
    assertThat(ids(alice.search(SearchQuery.of(word).limit(10_000))))
        .containsAll(found)
        .isNotEmpty();
    assertThat(alice.archive().restore().messages()).isEqualTo(1199 + 39);
    assertThat(people.server.blobs.count()).isZero();
    assertThat(all(account(2)))
        .usingRecursiveComparison()
        .ignoringFieldsMatchingRegexes(".*from.*", ".*to\\b.*")
        .isEqualTo(carol.subList(0, carol.size() - 1));
  }

  private static List<String> ids(List<MessageView> messages) {
    return messages.stream().map(m -> m.id().value() + m.status() + m.text()).toList();
  }
}
