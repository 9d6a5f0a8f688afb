package sotto.client.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.client.MessageId;
import sotto.client.Status;
import sotto.client.Username;
import sotto.client.internal.search.Sought;
import sotto.client.internal.search.Words;

final class SearchIndexTest {
  private static final long FOREVER = Long.MAX_VALUE;

  @TempDir Path folder;
  private final AtomicInteger told = new AtomicInteger();
  private Store store;

  @BeforeEach
  void open() {
    store = Store.open(folder, new Secret.Raw(new byte[32]), new SecureRandom(), Clock.systemUTC());
    store.searchIndex().onLater(told::incrementAndGet);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private long written(String text, long sentAt) {
    byte[] id = new byte[MessageId.LENGTH];
    id[0] = (byte) sentAt;
    long contact = store.contacts().findOrAdd(Username.of("bob"), 1).id();
    return store.messages().addOutgoing(contact, MessageId.of(id), text, 0, sentAt, Status.QUEUED);
  }

  private List<Long> found(String words, long from, long until) {
    return store.searchIndex().newest(new Sought(Words.read(words), from, until), 10);
  }

  @Test
  void newMessage_waits_andIsFoundOnceItIsInTheIndex() {
    long row = written("hello there", 10);

    assertThat(told).hasValue(1);
    assertThat(store.searchIndex().behind()).isEqualTo(1);
    assertThat(found("hello", 0, FOREVER)).isEmpty();

    assertThat(store.searchIndex().catchUp(10)).isTrue();

    assertThat(found("hello", 0, FOREVER)).containsExactly(row);
    assertThat(store.searchIndex().catchUp(10)).isFalse();
  }

  @Test
  void messageThatChangesWhileItWaits_isFoundAsItIsThen() {
    long row = written("hello there", 10);
    store.messages().setSentAt(row, 20);

    assertThat(store.searchIndex().behind()).isEqualTo(1);
    assertThat(store.searchIndex().catchUp(10)).isTrue();

    assertThat(found("hello", 20, 21)).containsExactly(row);
    assertThat(found("hello", 10, 20)).isEmpty();
  }

  @Test
  void messageInTheIndex_staysInIt_whenItChanges() {
    long row = written("hello there", 10);
    store.searchIndex().catchUp(10);
    store.messages().setSentAt(row, 20);

    assertThat(store.searchIndex().behind()).isZero();
    assertThat(found("hello", 20, 21)).containsExactly(row);
    assertThat(found("hello", 10, 20)).isEmpty();
  }

  @Test
  void messageThatGoesWhileItWaits_leavesNothing() {
    long row = written("hello there", 10);
    long contact = store.contacts().findOrAdd(Username.of("bob"), 1).id();

    assertThat(store.removal().conversation(contact, row, 10)).isEqualTo(1);

    assertThat(store.searchIndex().behind()).isZero();
    assertThat(store.searchIndex().catchUp(10)).isFalse();
  }
}
