package sotto.blob;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import sotto.chain.AccountId;

/// What every [BlobStore] does. A backend's test implements it.
public interface BlobStoreContract {
  /// A store for one test, empty, closed by the test class.
  BlobStore store() throws IOException;

  @Test
  default void committedBlob_isReadAsItWasWritten() throws IOException {
    byte[] content = bytes(1, 300_000);
    BlobName name = name(Shelf.TRANSIT, 1);
    put(store(), name, content);

    assertThat(read(store(), name)).isEqualTo(content);
    assertThat(store().confirm(name)).contains(record(content));
  }

  @Test
  default void recordWithAnOwner_comesBack() throws IOException {
    byte[] content = bytes(1, 10);
    BlobName name = name(Shelf.KEPT, 1);
    var record =
        new BlobRecord(content.length, Digest.of(content), 0, Optional.of(new AccountId(7, 8)));
    try (BlobStore.Upload upload = store().begin(name, record)) {
      upload.write(ByteBuffer.wrap(content));
      upload.commit();
    }

    assertThat(store().confirm(name)).contains(record);
  }

  @Test
  default void uncommittedBlob_isNotThere() throws IOException {
    byte[] content = bytes(1, 1_000);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (BlobStore.Upload upload = store().begin(name, record(content))) {
      upload.write(ByteBuffer.wrap(content));

      assertThat(store().open(name)).isEmpty();
      assertThat(store().confirm(name)).isEmpty();
      assertThat(store().list(Shelf.TRANSIT, Optional.empty(), 10)).isEmpty();
    }
    assertThat(store().open(name)).isEmpty();
  }

  @Test
  default void anyRangeIsRead() throws IOException {
    byte[] content = bytes(1, 100_000);
    BlobName name = name(Shelf.TRANSIT, 1);
    put(store(), name, content);
    try (BlobStore.Content open = store().open(name).orElseThrow()) {
      var random = new Random(1);
      for (int i = 0; i < 100; i++) {
        int offset = random.nextInt(content.length);
        ByteBuffer into = ByteBuffer.allocate(1 + random.nextInt(5_000));
        int read = open.read(offset, into);
        assertThat(read).isPositive();
        assertThat(into.flip()).isEqualTo(ByteBuffer.wrap(content, offset, read));
      }
      assertThat(open.read(content.length, ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @Test
  default void shelvesAreApart() throws IOException {
    put(store(), name(Shelf.TRANSIT, 1), bytes(1, 10));

    assertThat(store().open(name(Shelf.KEPT, 1))).isEmpty();
    assertThat(store().list(Shelf.KEPT, Optional.empty(), 10)).isEmpty();
  }

  @Test
  default void deletedBlob_isGone_andASecondDeleteSaysSo() throws IOException {
    BlobName name = name(Shelf.TRANSIT, 1);
    put(store(), name, bytes(1, 10));

    assertThat(store().delete(name)).isTrue();
    assertThat(store().open(name)).isEmpty();
    assertThat(store().delete(name)).isFalse();
  }

  @Test
  default void secondCommitOfAName_replacesTheFirst() throws IOException {
    BlobName name = name(Shelf.TRANSIT, 1);
    put(store(), name, bytes(1, 500));
    put(store(), name, bytes(2, 700));

    assertThat(read(store(), name)).isEqualTo(bytes(2, 700));
    assertThat(store().list(Shelf.TRANSIT, Optional.empty(), 10)).containsExactly(name);
  }

  @Test
  default void pagesHoldEveryNameOnceInOrder() throws IOException {
    var names = new TreeSet<BlobName>();
    for (int i = 0; i < 300; i++) {
      BlobName name = name(Shelf.TRANSIT, i);
      names.add(name);
      put(store(), name, bytes(i, 1));
    }
    for (int limit : new int[] {1, 7, 300, 1_000}) {
      List<BlobName> listed = new ArrayList<>();
      Optional<BlobName> last = Optional.empty();
      List<BlobName> page;
      do {
        page = store().list(Shelf.TRANSIT, last, limit);
        assertThat(page).hasSizeLessThanOrEqualTo(limit);
        listed.addAll(page);
        last = page.isEmpty() ? last : Optional.of(page.getLast());
      } while (page.size() == limit);
      assertThat(listed).containsExactlyElementsOf(names);
    }
  }

  @Test
  default void uploadUnderWay_survivesTheRemovalOfAbandonedOnes() throws IOException {
    byte[] content = bytes(1, 1_000);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (BlobStore.Upload upload = store().begin(name, record(content))) {
      upload.write(ByteBuffer.wrap(content));
      assertThat(store().removeAbandoned(Instant.MAX)).isZero();
      upload.commit();
    }
    assertThat(read(store(), name)).isEqualTo(content);
  }

  @Test
  default void closedUpload_leavesNothingBehind() throws IOException {
    try (BlobStore.Upload upload = store().begin(name(Shelf.TRANSIT, 1), record(bytes(1, 10)))) {
      upload.write(ByteBuffer.wrap(bytes(1, 5)));
    }

    assertThat(store().removeAbandoned(Instant.MAX)).isZero();
  }

  @Test
  default void concurrentUploads_doNotMix() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        int seed = i;
        Callable<Void> upload =
            () -> {
              put(store(), name(Shelf.TRANSIT, seed % 16), bytes(seed % 16, 50_000));
              return null;
            };
        running.add(threads.submit(upload));
      }
      for (Future<Void> upload : running) {
        upload.get();
      }
    }
    for (int i = 0; i < 16; i++) {
      assertThat(read(store(), name(Shelf.TRANSIT, i))).isEqualTo(bytes(i, 50_000));
    }
  }

  @Test
  default void partsThatAreCommitted_outliveTheirConnection() throws IOException {
    int size = partSize();
    byte[] content = bytes(1, 2 * size + size / 2);
    BlobName name = name(Shelf.TRANSIT, 1);
    Progress before;
    try (BlobStore.Parts parts = store().start(name, record(content), size)) {
      writePart(parts, content, 0, size);
      before = parts.progress();
      parts.write(ByteBuffer.wrap(content, size, size / 4));
    }

    assertThat(store().open(name)).isEmpty();
    assertThat(before.committed()).isEqualTo(size);
    assertThat(store().progress(name)).contains(before);
    try (BlobStore.Parts parts = store().resume(name).orElseThrow()) {
      assertThat(parts.progress()).isEqualTo(before);
      writePart(parts, content, size, size);
      parts.write(ByteBuffer.wrap(content, 2 * size, size / 2));
      parts.commit(record(content));
    }
    assertThat(read(store(), name)).isEqualTo(content);
    assertThat(store().confirm(name)).contains(record(content));
    assertThat(store().progress(name)).isEmpty();
    assertThat(store().resume(name)).isEmpty();
  }

  @Test
  default void beginningOfAPart_isGoneOnWith_howeverOftenItBreaksOff() throws IOException {
    int size = partSize();
    byte[] content = bytes(1, 2 * size + size / 2);
    BlobName name = name(Shelf.TRANSIT, 1);
    int[] breaks = {
      1,
      size / 3,
      size - 1,
      size,
      size + 10,
      size + size / 2,
      2 * size,
      2 * size + 10,
      content.length - 1,
      content.length
    };
    int at = 0;
    for (int to : breaks) {
      try (BlobStore.Parts parts = open(name, content)) {
        assertThat(parts.progress().committed()).isEqualTo(at);
        writeTo(parts, content, to);
        at = to;
      }
      assertThat(store().progress(name).map(Progress::committed)).contains((long) at);
      assertThat(store().open(name)).isEmpty();
      assertThat(store().removeAbandoned(Instant.MAX)).as("it can be gone on with").isZero();
    }
    try (BlobStore.Parts parts = open(name, content)) {
      RunningDigest digest = parts.progress().midstate().resume();
      assertThat(digest.finish()).isEqualTo(Digest.of(content));
      parts.commit(record(content));
    }

    assertThat(read(store(), name)).isEqualTo(content);
    assertThat(store().progress(name)).isEmpty();
    assertThat(store().removeAbandoned(Instant.MAX)).isZero();
  }

  @Test
  default void partKeptInPieces_isWrittenOnByTheSameConnection() throws IOException {
    int size = partSize();
    byte[] content = bytes(1, 2 * size);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (BlobStore.Parts parts = store().start(name, record(content), size)) {
      for (int to : new int[] {10, size / 2, size, size + 5, 2 * size}) {
        writeTo(parts, content, to);
        assertThat(parts.progress().committed()).isEqualTo(to);
      }
      parts.commit(record(content));
    }

    assertThat(read(store(), name)).isEqualTo(content);
  }

  @Test
  default void beginningOfAPart_isNeverOfAnotherAttempt() throws IOException {
    int size = partSize();
    byte[] first = bytes(1, 2 * size);
    byte[] second = bytes(2, 2 * size);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (BlobStore.Parts parts = store().start(name, record(first), size)) {
      writeTo(parts, first, size + size / 2);
    }
    try (BlobStore.Parts parts = store().start(name, record(second), size)) {
      writeTo(parts, second, size);
    }
    try (BlobStore.Parts parts = open(name, second)) {
      assertThat(parts.progress().committed()).isEqualTo(size);
      writeTo(parts, second, size + 10);
    }
    try (BlobStore.Parts parts = open(name, second)) {
      writeTo(parts, second, 2 * size);
      parts.commit(record(second));
    }

    assertThat(read(store(), name)).isEqualTo(second);
  }

  @Test
  default void discardedBeginningOfAPart_isGone() throws IOException {
    byte[] content = bytes(1, 2 * partSize());
    BlobName name = name(Shelf.TRANSIT, 1);
    try (BlobStore.Parts parts = store().start(name, record(content), partSize())) {
      writeTo(parts, content, 10);
    }
    assertThat(store().unfinished(Instant.MAX, 10)).containsExactly(name);
    store().discard(name);

    assertThat(store().progress(name)).isEmpty();
    assertThat(store().resume(name)).isEmpty();
    assertThat(store().unfinished(Instant.MAX, 10)).isEmpty();
    assertThat(store().removeAbandoned(Instant.MAX)).isZero();
  }

  private BlobStore.Parts open(BlobName name, byte[] content) throws IOException {
    Optional<BlobStore.Parts> parts = store().resume(name);
    return parts.isPresent() ? parts.get() : store().start(name, record(content), partSize());
  }

  @Test
  default void blobOfOnePart_needsNoOtherCommit() throws IOException {
    byte[] content = bytes(1, 1_000);
    BlobName name = name(Shelf.KEPT, 1);
    try (BlobStore.Parts parts = store().start(name, record(content), partSize())) {
      parts.write(ByteBuffer.wrap(content));
      parts.commit(record(content));
    }

    assertThat(read(store(), name)).isEqualTo(content);
    assertThat(store().progress(name)).isEmpty();
  }

  @Test
  default void partsWithoutACommit_areNothing() throws IOException {
    byte[] content = bytes(1, 1_000);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (BlobStore.Parts parts = store().start(name, record(content), partSize())) {
      parts.write(ByteBuffer.wrap(content, 0, 500));
    }

    assertThat(store().progress(name)).isEmpty();
    assertThat(store().resume(name)).isEmpty();
    assertThat(store().unfinished(Instant.MAX, 10)).isEmpty();
  }

  @Test
  default void rememberedUpload_isUnfinishedAlthoughItHasNoPart() throws IOException {
    byte[] content = bytes(1, 1_000);
    BlobName name = name(Shelf.KEPT, 1);
    try (BlobStore.Parts parts = store().start(name, record(content), partSize())) {
      parts.remember();
      assertThat(store().unfinished(Instant.MAX, 10)).as("while it is open").isEmpty();
    }

    assertThat(store().progress(name)).contains(Progress.none(record(content), partSize()));
    assertThat(store().unfinished(Instant.MAX, 10)).containsExactly(name);
    try (BlobStore.Parts parts = store().resume(name).orElseThrow()) {
      parts.write(ByteBuffer.wrap(content));
      parts.commit(record(content));
    }
    assertThat(read(store(), name)).isEqualTo(content);
  }

  @Test
  default void discardedUpload_isGone_andASecondDiscardIsFine() throws IOException {
    BlobName name = name(Shelf.TRANSIT, 1);
    byte[] content = bytes(1, 2 * partSize());
    try (BlobStore.Parts parts = store().start(name, record(content), partSize())) {
      writePart(parts, content, 0, partSize());
    }
    store().discard(name);
    store().discard(name);

    assertThat(store().progress(name)).isEmpty();
    assertThat(store().resume(name)).isEmpty();
    assertThat(store().unfinished(Instant.MAX, 10)).isEmpty();
  }

  @Test
  default void uploadBegunAnew_forgetsTheParts() throws IOException {
    BlobName name = name(Shelf.TRANSIT, 1);
    byte[] first = bytes(1, 2 * partSize());
    byte[] second = bytes(2, partSize() + 10);
    try (BlobStore.Parts parts = store().start(name, record(first), partSize())) {
      writePart(parts, first, 0, partSize());
    }
    try (BlobStore.Parts parts = store().start(name, record(second), partSize())) {
      assertThat(parts.progress().committed()).isZero();
      writePart(parts, second, 0, partSize());
      parts.write(ByteBuffer.wrap(second, partSize(), 10));
      parts.commit(record(second));
    }

    assertThat(read(store(), name)).isEqualTo(second);
  }

  @Test
  default void unfinishedUploads_areThoseNotAddedToSince() throws IOException {
    BlobName name = name(Shelf.TRANSIT, 1);
    byte[] content = bytes(1, 2 * partSize());
    try (BlobStore.Parts parts = store().start(name, record(content), partSize())) {
      writePart(parts, content, 0, partSize());
    }

    assertThat(store().unfinished(Instant.EPOCH, 10)).isEmpty();
    assertThat(store().unfinished(Instant.MAX, 10)).containsExactly(name);
    assertThat(store().removeAbandoned(Instant.MAX)).as("it can be gone on with").isZero();
    assertThat(store().progress(name)).isPresent();
  }

  @Test
  default void expiryInTheEnd_isTheCommits() throws IOException {
    byte[] content = bytes(1, 100);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (BlobStore.Parts parts = store().start(name, record(content), partSize())) {
      parts.write(ByteBuffer.wrap(content));
      parts.commit(record(content).expiring(1_234));
    }

    assertThat(store().confirm(name)).contains(record(content).expiring(1_234));
  }

  @Test
  default void renewedBlob_hasTheNewExpiryAndTheOldContent() throws IOException {
    byte[] content = bytes(1, 50_000);
    BlobName name = name(Shelf.TRANSIT, 1);
    put(store(), name, content);

    assertThat(store().renew(name, 123_456_789)).isTrue();
    assertThat(store().confirm(name)).contains(record(content).expiring(123_456_789));
    assertThat(read(store(), name)).isEqualTo(content);
    assertThat(store().renew(name(Shelf.TRANSIT, 2), 1)).isFalse();
    assertThat(store().open(name(Shelf.TRANSIT, 2))).isEmpty();
  }

  @Test
  default void withdrawnBlob_isOutOfSightAndRemembered() throws IOException {
    byte[] content = bytes(1, 1_000);
    BlobName name = name(Shelf.KEPT, 1);
    put(store(), name, content);

    for (int i = 0; i < 2; i++) {
      assertThat(store().withdraw(name)).contains(record(content));
      assertThat(store().open(name)).isEmpty();
      assertThat(store().confirm(name)).isEmpty();
      assertThat(store().list(Shelf.KEPT, Optional.empty(), 10)).isEmpty();
      assertThat(store().withdrawn(10))
          .containsExactly(new BlobStore.Withdrawn(name, record(content)));
    }
    for (int i = 0; i < 2; i++) {
      store().purge(name);
      assertThat(store().withdrawn(10)).isEmpty();
      assertThat(store().withdraw(name)).isEmpty();
    }
  }

  @Test
  default void blobStoredAfterAPurge_isThere() throws IOException {
    BlobName name = name(Shelf.KEPT, 1);
    put(store(), name, bytes(1, 1_000));
    store().withdraw(name);
    store().purge(name);
    put(store(), name, bytes(1, 1_000));

    assertThat(read(store(), name)).isEqualTo(bytes(1, 1_000));
    assertThat(store().withdrawn(10)).isEmpty();
  }

  @Test
  default void somethingIsFree() throws IOException {
    assertThat(store().freeBytes()).isPositive();
  }

  /// The size of parts: what the backend's least is, and no more.
  default int partSize() {
    return 10_000;
  }

  /// Writes content up to a place and keeps it, part by part.
  static void writeTo(BlobStore.Parts parts, byte[] content, int to) throws IOException {
    int size = parts.progress().partSize();
    for (int at; (at = (int) parts.progress().committed()) < to; ) {
      writePart(parts, content, at, Math.min(to, (at / size + 1) * size) - at);
    }
  }

  /// Writes what is at most the rest of a part and keeps it.
  static void writePart(BlobStore.Parts parts, byte[] content, int offset, int length)
      throws IOException {
    parts.write(ByteBuffer.wrap(content, offset, length));
    RunningDigest digest = parts.progress().midstate().resume();
    digest.update(ByteBuffer.wrap(content, offset, length));
    parts.keep(digest.midstate());
  }

  static BlobName name(Shelf shelf, int number) {
    return new BlobName(shelf, Digest.of(bytes(number, 32)).toString());
  }

  static byte[] bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static BlobRecord record(byte[] content) {
    return new BlobRecord(content.length, Digest.of(content), 99, Optional.empty());
  }

  static void put(BlobStore store, BlobName name, byte[] content) throws IOException {
    try (BlobStore.Upload upload = store.begin(name, record(content))) {
      int half = content.length / 2;
      upload.write(ByteBuffer.wrap(content, 0, half));
      upload.write(ByteBuffer.wrap(content, half, content.length - half));
      upload.commit();
    }
  }

  static byte[] read(BlobStore store, BlobName name) throws IOException {
    try (BlobStore.Content open = store.open(name).orElseThrow()) {
      ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(open.record().size()));
      int read = 0;
      while (all.hasRemaining() && read >= 0) {
        read = open.read(all.position(), all);
      }
      assertThat(all.hasRemaining()).isFalse();
      return all.array();
    }
  }
}
