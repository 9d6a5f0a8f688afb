package sotto.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.client.MessageId;
import sotto.client.MessageView;
import sotto.client.Status;
import sotto.client.internal.search.Sought;
import sotto.client.internal.search.Terms;

/// Rows that segments have copies of.
final class ArchivedRowsTest {
  private static final AccountId BOB = new AccountId(new byte[AccountId.LENGTH]);
  private static final MessageId ID = MessageId.of(new byte[MessageId.LENGTH]);

  @TempDir Path folder;
  private Store store;
  private long contact;

  @BeforeEach
  void open() {
    store = Store.open(folder, new Secret.Raw(new byte[32]), new SecureRandom(), Clock.systemUTC());
    contact = store.contacts().findOrAdd(BOB, 1).id();
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static ArchivedMessage message(Status status) {
    return new ArchivedMessage(
        ID,
        false,
        MessageView.Kind.MESSAGE,
        "some words",
        1000,
        0,
        status,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }

  private SegmentRow segment(int number, ArchivedMessage message) {
    Bytes id = Bytes.of(new byte[] {(byte) number});
    return store
        .segments()
        .find(store.segments().adopt(contact, Bytes.of(BOB.bytes()), id, id, 10, List.of(message)))
        .orElseThrow();
  }

  private Status status() {
    return store.messages().find(ID).orElseThrow().status();
  }

  private List<Long> found(String word) {
    return store.searchIndex().newest(new Sought(List.of(Terms.word(word)), 0, Long.MAX_VALUE), 10);
  }

  @Test
  void ofTwoSegmentsWithAMessage_theLaterIsRight_inWhateverOrderTheyCome() {
    SegmentRow older = segment(1, message(Status.DELIVERED));
    SegmentRow later = segment(2, message(Status.READ));
    store.archivedRows().putBack(older, List.of(message(Status.DELIVERED)));
    assertThat(status()).isEqualTo(Status.DELIVERED);
    store.archivedRows().putBack(later, List.of(message(Status.READ)));
    assertThat(status()).isEqualTo(Status.READ);
    assertThat(store.archivedRows().delete(older.id())).isZero();
    assertThat(store.archivedRows().delete(later.id())).isOne();
    store.archivedRows().putBack(later, List.of(message(Status.READ)));
    store.archivedRows().putBack(older, List.of(message(Status.DELIVERED)));
    assertThat(status()).isEqualTo(Status.READ);
    assertThat(found("some")).hasSize(1);
  }

  @Test
  void copyThatChanges_isTheStoresOwn_andLeavesNoMore() {
    SegmentRow segment = segment(1, message(Status.DELIVERED));
    store.archivedRows().putBack(segment, List.of(message(Status.DELIVERED)));
    long row = store.messages().rows(ID).getFirst();
    assertThat(row).isNegative();
    assertThat(store.messages().advance(row, Status.READ)).isTrue();
    assertThat(store.archivedRows().delete(segment.id())).isZero();
    store.archivedRows().putBack(segment, List.of(message(Status.DELIVERED)));
    assertThat(status()).isEqualTo(Status.READ);
  }

  @Test
  void rowsOfCopies_areNeverUsedAgain() {
    SegmentRow segment = segment(1, message(Status.DELIVERED));
    store.archivedRows().putBack(segment, List.of(message(Status.DELIVERED)));
    long first = store.messages().rows(ID).getFirst();
    assertThat(store.archivedRows().delete(segment.id())).isOne();
    store.archivedRows().putBack(segment, List.of(message(Status.DELIVERED)));
    assertThat(store.messages().rows(ID).getFirst()).isLessThan(first);
  }

  @Test
  void deletedRows_areInNoIndex() {
    SegmentRow segment = segment(1, message(Status.DELIVERED));
    store.archivedRows().putBack(segment, List.of(message(Status.DELIVERED)));
    assertThat(store.archivedRows().delete(segment.id())).isOne();
    assertThat(found("some")).isEmpty();
    boolean more = store.archivedRows().tidy(true);
    while (more) {
      more = store.archivedRows().tidy(false);
    }
    store
        .sql()
        .run("CREATE VIRTUAL TABLE temp.left USING fts5vocab('main', 'message_words', 'row')");
    assertThat(store.sql().list("SELECT term FROM temp.left", r -> r.text(1))).isEmpty();
  }

  @Test
  void receiptForWhatIsInNoSegment_isNotKept() {
    var _ = segment(1, message(Status.DELIVERED));
    byte[] other = new byte[MessageId.LENGTH];
    other[0] = 1;
    store.segments().keepReceipt(contact, MessageId.of(other), Status.READ);
    store.segments().keepReceipt(contact, ID, Status.READ);
    assertThat(store.sql().number("SELECT count(*) FROM archive_receipt")).isOne();
  }
}
