package sotto.blob.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.BlobStoreContract.name;
import static sotto.blob.BlobStoreContract.read;
import static sotto.blob.BlobStoreContract.record;
import static sotto.blob.BlobStoreContract.writePart;
import static sotto.blob.BlobStoreContract.writeTo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.BlobName;
import sotto.blob.BlobStore;
import sotto.blob.BlobStoreContract;
import sotto.blob.Shelf;
import sotto.blob.StoreTakenException;

@Tag("s3")
final class S3BlobStoreTest implements BlobStoreContract {
  private static final int PART = 5 << 20;
  private static final List<Bucket.Sent> ONE =
      List.of(new Bucket.Sent(1, 0, "x", Optional.empty()));

  @TempDir private Path spool;
  @TempDir private Path otherSpool;

  private S3BlobStore store;
  private Bucket bucket;

  @BeforeEach
  void open() throws IOException {
    S3Config config = RealS3.get().config();
    bucket = Bucket.open(config);
    empty(bucket);
    store = S3BlobStore.open(config, spool, Clock.systemUTC(), new SecureRandom());
  }

  @AfterEach
  void close() {
    store.close();
    bucket.close();
  }

  @Override
  public BlobStore store() {
    return store;
  }

  @Override
  public int partSize() {
    return PART;
  }

  /// Removes everything.
  static void empty(Bucket bucket) throws IOException {
    List<Bucket.Item> left;
    do {
      left = bucket.list("", "", 1_000);
      for (Bucket.Item item : left) {
        bucket.delete(item.key());
      }
    } while (!left.isEmpty());
    for (Bucket.Multipart multipart : bucket.multiparts("")) {
      bucket.abort(multipart.key(), multipart.uploadId());
    }
  }

  @Test
  void committedBlob_leavesNothingBesideIt() throws IOException {
    byte[] content = bytes(1, 2 * PART + 10);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (BlobStore.Parts parts = store.start(name, record(content), PART)) {
      writePart(parts, content, 0, PART);
      writePart(parts, content, PART, PART);
      parts.write(ByteBuffer.wrap(content, 2 * PART, 10));
      parts.commit(record(content));
    }

    assertThat(keys())
        .hasSize(2)
        .allMatch(key -> key.startsWith("blobs/") || key.startsWith("content/"));
    assertThat(store.removeAbandoned(Instant.MAX)).isZero();
    assertThat(read(store, name)).isEqualTo(content);
    assertThat(store.delete(name)).isTrue();
    assertThat(keys()).isEmpty();
  }

  @Test
  void blobOfOneLargePart_isGoneWithItsContent() throws IOException {
    byte[] content = bytes(1, PART);
    BlobName name = name(Shelf.KEPT, 1);
    try (BlobStore.Parts parts = store.start(name, record(content), PART)) {
      parts.write(ByteBuffer.wrap(content));
      parts.commit(record(content));
    }
    assertThat(read(store, name)).isEqualTo(content);

    store.withdraw(name);
    store.purge(name);

    assertThat(keys()).isEmpty();
  }

  @Test
  void anotherProcess_goesOnWithAnUpload_andTheFirstIsRefused() throws IOException {
    byte[] content = bytes(1, 3 * PART);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (S3BlobStore other = other();
        BlobStore.Parts first = store.start(name, record(content), PART)) {
      writePart(first, content, 0, PART);
      try (BlobStore.Parts second = other.resume(name).orElseThrow()) {
        assertThat(second.progress()).isEqualTo(first.progress());
        assertThatTaken(first, bytes(9, PART));
        writePart(second, content, PART, PART);
        assertThatTaken(first, bytes(8, PART));
        second.write(ByteBuffer.wrap(content, 2 * PART, PART));
        second.commit(record(content));
      }
    }

    assertThat(read(store, name)).isEqualTo(content);
    assertThat(store.progress(name)).isEmpty();
    assertThat(store.removeAbandoned(Instant.MAX)).isZero();
  }

  @Test
  void twoProcessesThatSendOtherBytesAtOnce_makeNothingOfBoth() throws Exception {
    byte[] content = bytes(1, 2 * PART);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (S3BlobStore other = other();
        BlobStore.Parts first = store.start(name, record(content), PART)) {
      writePart(first, content, 0, PART);
      S3Progress state = S3Progress.decode(bucket.get(Keys.upload(name), 1 << 20).orElseThrow());
      // As if another had written the first part anew after this one looked who has it.
      try (Spool wrong = new Spool(otherSpool)) {
        wrong.write(ByteBuffer.wrap(bytes(9, PART)));
        var _ = bucket.part(Keys.content(name, state.generation()), state.uploadId(), 1, wrong);
      }
      first.write(ByteBuffer.wrap(content, PART, PART));
      try {
        first.commit(record(content));
        throw new AssertionError("two contents were made into one");
      } catch (StoreTakenException e) {
        assertThat(other.progress(name)).isEmpty();
      }
    }
    assertThat(store.open(name)).isEmpty();
    assertThat(keys()).isEmpty();
  }

  @Test
  void bothOfTwoProcessesThatFinish_haveTheSameBlob() throws IOException {
    byte[] content = bytes(1, PART + 100);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (S3BlobStore other = other();
        BlobStore.Parts first = store.start(name, record(content), PART)) {
      writePart(first, content, 0, PART);
      byte[] state = bucket.get(Keys.upload(name), 1 << 20).orElseThrow();
      first.write(ByteBuffer.wrap(content, PART, 100));
      try (BlobStore.Parts second = other.resume(name).orElseThrow()) {
        second.write(ByteBuffer.wrap(content, PART, 100));
        second.commit(record(content));
      }
      // As if the first had looked before the second came.
      bucket.put(Keys.upload(name), state);
      first.commit(record(content));
    }

    assertThat(read(store, name)).isEqualTo(content);
    assertThat(keys()).hasSize(2);
  }

  @Test
  void tail_goesWithItsUpload() throws IOException {
    byte[] content = bytes(1, 2 * PART + 10);
    BlobName name = name(Shelf.TRANSIT, 1);
    breakOffAt(name, content, PART + 100);
    assertThat(keys()).contains(Keys.tail(name));
    store.discard(name);
    assertThat(keys()).isEmpty();

    breakOffAt(name, content, PART + 100);
    try (BlobStore.Parts parts = store.resume(name).orElseThrow()) {
      writeTo(parts, content, 2 * PART);
      assertThat(keys()).as("it is in a part now").doesNotContain(Keys.tail(name));
      parts.write(ByteBuffer.wrap(content, 2 * PART, 10));
      parts.commit(record(content));
    }
    assertThat(keys()).hasSize(2);

    BlobName small = name(Shelf.TRANSIT, 2);
    breakOffAt(small, bytes(2, 1_000), 999);
    try (BlobStore.Parts parts = store.resume(small).orElseThrow()) {
      parts.write(ByteBuffer.wrap(bytes(2, 1_000), 999, 1));
      parts.commit(record(bytes(2, 1_000)));
    }
    assertThat(keys()).hasSize(3).doesNotContain(Keys.tail(small));
    assertThat(read(store, small)).isEqualTo(bytes(2, 1_000));
  }

  @Test
  void killedBetweenTailAndPart_goesOnFromTheTail() throws IOException {
    byte[] content = bytes(1, 3 * PART);
    BlobName name = name(Shelf.TRANSIT, 1);
    breakOffAt(name, content, PART + 100);
    byte[] state = bucket.get(Keys.upload(name), 1 << 20).orElseThrow();
    byte[] tail = bucket.get(Keys.tail(name), 1 << 20).orElseThrow();
    try (BlobStore.Parts parts = store.resume(name).orElseThrow()) {
      writeTo(parts, content, 2 * PART);
    }
    // As if the process had died when the part was there, and was not noted.
    bucket.put(Keys.upload(name), state);
    bucket.put(Keys.tail(name), tail);

    finishAt(name, content, PART + 100);
  }

  @Test
  void killedBeforeTheTailOfAPartWasRemoved_goesOnAndTheTailGoes() throws IOException {
    byte[] content = bytes(1, 3 * PART);
    BlobName name = name(Shelf.TRANSIT, 1);
    breakOffAt(name, content, PART + 100);
    byte[] tail = bucket.get(Keys.tail(name), 1 << 20).orElseThrow();
    try (BlobStore.Parts parts = store.resume(name).orElseThrow()) {
      writeTo(parts, content, 2 * PART);
    }
    bucket.put(Keys.tail(name), tail);

    finishAt(name, content, 2 * PART);
    assertThat(store.removeAbandoned(Instant.EPOCH)).isZero();
    assertThat(store.removeAbandoned(Instant.MAX)).isEqualTo(1);
    assertThat(keys()).hasSize(2);
  }

  @Test
  void killedBeforeTheTailWasNoted_goesOnFromTheLastWholePart() throws IOException {
    byte[] content = bytes(1, 2 * PART);
    BlobName name = name(Shelf.TRANSIT, 1);
    breakOffAt(name, content, PART);
    bucket.put(Keys.tail(name), new byte[] {1, 2, 3});

    finishAt(name, content, PART);
  }

  @Test
  void tailOfAnother_isNotUsed() throws IOException {
    byte[] content = bytes(1, 2 * PART);
    BlobName name = name(Shelf.TRANSIT, 1);
    for (byte[] wrong : new byte[][] {bytes(9, 100), bytes(9, 99), bytes(9, 101)}) {
      breakOffAt(name, content, PART + 100);
      bucket.put(Keys.tail(name), wrong);
      try (BlobStore.Parts parts = store.resume(name).orElseThrow()) {
        assertThat(parts.progress().committed()).isEqualTo(PART);
      }
      store.discard(name);
    }
    breakOffAt(name, content, PART + 100);
    bucket.delete(Keys.tail(name));

    finishAt(name, content, PART);
  }

  @Test
  void multipartUploadThatNothingLeadsTo_isAborted() throws IOException {
    BlobName name = name(Shelf.TRANSIT, 1);
    String lost = Keys.content(name, 7);
    String id = bucket.create(lost, false);

    assertThat(store.removeAbandoned(Instant.EPOCH)).isZero();
    assertThat(store.removeAbandoned(Instant.MAX)).isEqualTo(1);
    assertThat(bucket.complete(lost, id, ONE)).isEqualTo(Bucket.Completed.NO_SUCH_UPLOAD);
  }

  @Test
  void contentThatNothingLeadsTo_isRemoved_andOtherContentIsNot() throws IOException {
    byte[] content = bytes(1, PART);
    BlobName name = name(Shelf.KEPT, 1);
    try (BlobStore.Parts parts = store.start(name, record(content), PART)) {
      parts.write(ByteBuffer.wrap(content));
      parts.commit(record(content));
    }
    bucket.put(Keys.content(name, 7), new byte[] {1});
    bucket.put(Keys.content(name(Shelf.KEPT, 2), 8), new byte[] {1});

    assertThat(store.removeAbandoned(Instant.EPOCH)).isZero();
    assertThat(store.removeAbandoned(Instant.MAX)).isEqualTo(2);
    assertThat(read(store, name)).isEqualTo(content);
  }

  @Test
  void uploadNotedWithoutItsMultipart_isDiscardedWithIt() throws IOException {
    byte[] content = bytes(1, 2 * PART);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (BlobStore.Parts parts = store.start(name, record(content), PART)) {
      parts.remember();
    }
    S3Progress state = S3Progress.decode(bucket.get(Keys.upload(name), 1 << 20).orElseThrow());
    String key = Keys.content(name, state.generation());
    // As if the process had died between the two.
    String id = bucket.create(key, false);

    store.discard(name);

    assertThat(bucket.complete(key, id, ONE)).isEqualTo(Bucket.Completed.NO_SUCH_UPLOAD);
    assertThat(keys()).isEmpty();
  }

  @Test
  void bytesThatChangeOnTheirWay_areRefusedByTheStore() throws IOException {
    String key = Keys.content(name(Shelf.TRANSIT, 1), 7);
    String id = bucket.create(key, false);
    try (Spool part = new Spool(otherSpool)) {
      part.write(ByteBuffer.wrap(bytes(1, 1_000)));
      part.rewound().write(~bytes(1, 1)[0]);

      assertThatThrownBy(() -> bucket.part(key, id, 1, part)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> bucket.put(key, part)).isInstanceOf(IOException.class);
    }
    assertThat(keys()).isEmpty();
    assertThat(bucket.parts(key, id)).isEmpty();
  }

  @Test
  void processesThatStartAtOnce_haveOneKeyOfIds() throws IOException {
    try (S3BlobStore other = other()) {
      byte[] mine = store.idKey(bytes(1, 32));

      assertThat(other.idKey(bytes(2, 32))).isEqualTo(mine);
      assertThat(bucket.putNew(Keys.ID_KEY, bytes(3, 32))).isFalse();
      assertThat(store.idKey(bytes(4, 32))).isEqualTo(mine);
    }
  }

  @Test
  void wrongSecret_isRefusedAndNotRepeated() {
    S3Config right = RealS3.get().config();
    var wrong =
        new S3Config(
            right.endpoint(),
            Optional.empty(),
            right.region(),
            right.bucket(),
            right.accessKey(),
            "not-the-secret",
            true,
            false,
            Optional.empty());

    assertThat(wrong.toString()).doesNotContain("not-the-secret", right.accessKey());
    assertThatThrownBy(
            () -> S3BlobStore.open(wrong, otherSpool, Clock.systemUTC(), new SecureRandom()))
        .isInstanceOf(IOException.class)
        .hasMessageNotContaining("not-the-secret");
  }

  private S3BlobStore other() throws IOException {
    return S3BlobStore.open(
        RealS3.get().config(), otherSpool, Clock.systemUTC(), new SecureRandom());
  }

  private void breakOffAt(BlobName name, byte[] content, int to) throws IOException {
    try (BlobStore.Parts parts = store.start(name, record(content), PART)) {
      writeTo(parts, content, to);
    }
  }

  private void finishAt(BlobName name, byte[] content, int from) throws IOException {
    try (BlobStore.Parts parts = store.resume(name).orElseThrow()) {
      assertThat(parts.progress().committed()).isEqualTo(from);
      int last = (content.length - 1) / PART * PART;
      writeTo(parts, content, last);
      int at = Math.toIntExact(parts.progress().committed());
      parts.write(ByteBuffer.wrap(content, at, content.length - at));
      parts.commit(record(content));
    }
    assertThat(read(store, name)).isEqualTo(content);
  }

  private static void assertThatTaken(BlobStore.Parts parts, byte[] other) throws IOException {
    try {
      writePart(parts, other, 0, other.length);
      throw new AssertionError("an upload that another has went on");
    } catch (StoreTakenException e) {
      assertThat(parts.progress().committed()).isPositive();
    }
  }

  private List<String> keys() throws IOException {
    return bucket.list("", "", 1_000).stream().map(Bucket.Item::key).toList();
  }
}
