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
interface BlobStoreContract {
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
  default void somethingIsFree() throws IOException {
    assertThat(store().freeBytes()).isPositive();
  }

  static BlobName name(Shelf shelf, int number) {
    return BlobIds.name(shelf, bytes(number, 32));
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
