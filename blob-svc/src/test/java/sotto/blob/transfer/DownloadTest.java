package sotto.blob.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.transfer.Pod.ALICE;
import static sotto.blob.transfer.Upload.about;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.MemoryDisk;
import sotto.proto.Reason;
import sotto.proto.Statuses;

final class DownloadTest {
  private static final byte[] CONTENT = bytes(1, 300_000);

  @TempDir(factory = MemoryDisk.class)
  private Path folder;

  private Pod pod;

  @BeforeEach
  void open() throws IOException {
    pod = new Pod(folder);
  }

  @AfterEach
  void close() throws IOException {
    pod.close();
  }

  @Test
  void anyRange_isExactlyThoseBytes() {
    ByteString id = upload(CONTENT, 1);
    var random = new Random(1);
    for (int i = 0; i < 50; i++) {
      int offset = random.nextInt(CONTENT.length + 1);
      int length = random.nextInt(CONTENT.length);
      int end = length == 0 ? CONTENT.length : Math.min(CONTENT.length, offset + length);

      Download download = pod.download(ALICE).start(id, offset, length);

      assertThat(download.size()).isEqualTo(CONTENT.length);
      assertThat(download.rest())
          .as("offset %d length %d", offset, length)
          .isEqualTo(Arrays.copyOfRange(CONTENT, offset, Math.max(offset, end)));
    }
  }

  @Test
  void offsetBehindTheEnd_isOutOfBounds() {
    ByteString id = upload(CONTENT, 1);

    for (long offset : new long[] {CONTENT.length + 1L, Long.MAX_VALUE, -1}) {
      Download download = pod.download(ALICE).start(id, offset, 1);
      assertThat(Statuses.reason(download.failure())).contains(Reason.FIELD_OUT_OF_BOUNDS);
    }
  }

  @Test
  void lengthOfMoreThan63Bits_isToTheEnd() {
    ByteString id = upload(CONTENT, 1);
    Download download = pod.download(ALICE).start(id, 10, -1);

    assertThat(download.size()).isEqualTo(CONTENT.length);
    assertThat(download.rest()).hasSize(CONTENT.length - 10);
  }

  @Test
  void unknownOrAlmostRightId_isNotFound() {
    byte[] id = upload(CONTENT, 1).toByteArray();
    for (int bit = 0; bit < 256; bit += 17) {
      byte[] other = id.clone();
      other[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(pod.download(ALICE).start(ByteString.copyFrom(other)).notFound()).isTrue();
    }
    assertThat(pod.download(ALICE).start(ByteString.copyFrom(new byte[32])).notFound()).isTrue();
  }

  @Test
  void nameOfItsFile_isNotAnId() throws IOException {
    upload(CONTENT, 1);
    String file = String.valueOf(pod.files().getFirst().getFileName());
    byte[] name = HexFormat.of().parseHex(file);

    assertThat(pod.download(ALICE).start(ByteString.copyFrom(name)).notFound()).isTrue();
  }

  @Test
  void idOfAnotherLength_isOutOfBounds() {
    Download download =
        pod.download(ALICE).start(ByteString.copyFromUtf8("../../../../etc/passwd"));

    assertThat(Statuses.reason(download.failure())).contains(Reason.FIELD_OUT_OF_BOUNDS);
  }

  @Test
  void expiredBlob_isNotFoundAtItsMillisecond_andSweptLater() throws IOException {
    ByteString id = upload(CONTENT, 1);
    pod.clock.pass(Duration.ofDays(45).minusMillis(1));
    Download last = pod.download(ALICE).start(id);
    assertThat(last.size()).isEqualTo(CONTENT.length);
    last.vanish();

    pod.clock.pass(Duration.ofMillis(1));
    assertThat(pod.download(ALICE).start(id).notFound()).isTrue();
    assertThat(pod.files()).hasSize(1);

    pod.sweep.step();
    assertThat(pod.files()).isEmpty();
  }

  @Test
  void expiredBlobUploadedAgain_isThereAgain() {
    upload(CONTENT, 1);
    pod.clock.pass(Duration.ofDays(46));

    ByteString id = upload(CONTENT, 1);

    assertThat(pod.download(ALICE).start(id).size()).isEqualTo(CONTENT.length);
  }

  @Test
  void sweepGoesAPageAStep_andKeepsWhatHasTime() throws IOException {
    for (int i = 1; i <= 7; i++) {
      upload(bytes(i, 100), i);
    }
    pod.clock.pass(Duration.ofDays(44));
    ByteString young = upload(CONTENT, 8);
    byte[] content = bytes(9, 50);
    ByteString kept =
        pod.upload(ALICE).all(Upload.kept(content, 9), content).getUploaded().getBlobId();
    pod.clock.pass(Duration.ofDays(2));

    pod.sweep.step();
    assertThat(pod.files()).hasSizeBetween(6, 7);
    pod.sweep.step();
    pod.sweep.step();
    assertThat(pod.files()).hasSize(2);

    assertThat(pod.download(ALICE).start(young).size()).isEqualTo(CONTENT.length);
    assertThat(pod.download(ALICE).start(kept).size()).isEqualTo(50);
  }

  @Test
  void slowReader_costsAChunkOrTwo() {
    byte[] large = bytes(1, 8 << 20);
    ByteString id = upload(large, 1);
    int before = pod.store.reads.get();
    Download slow = pod.download(ALICE).start(id);
    assertThat(slow.size()).isEqualTo(large.length);
    slow.next();

    // Another download runs through meanwhile: the server had time to read on for the slow one.
    Download fast = pod.download(ALICE).start(id);
    assertThat(fast.size()).isEqualTo(large.length);
    assertThat(fast.rest()).isEqualTo(large);

    int ofTheFast = large.length / (64 * 1024);
    assertThat(pod.store.reads.get() - before - ofTheFast).isBetween(1, 3);
    assertThat(slow.rest()).hasSize(large.length - 64 * 1024);
  }

  @Test
  void readerThatStops_isEnded() throws IOException {
    pod.close();
    pod = new Pod(folder, Duration.ofMillis(20));
    ByteString id = upload(CONTENT, 1);
    Download stopped = pod.download(ALICE).start(id);
    assertThat(stopped.size()).isEqualTo(CONTENT.length);

    assertThat(Statuses.reason(stopped.failure())).contains(Reason.SILENT);
  }

  @Test
  void readersThatVanish_giveTheirSlotsBack() {
    ByteString id = upload(CONTENT, 1);
    for (int i = 0; i < 20; i++) {
      Download download = pod.download(ALICE).start(id);
      assertThat(download.size()).isEqualTo(CONTENT.length);
      assertThat(download.rest()).hasSize(CONTENT.length);
    }
  }

  @Test
  void withoutACaller_isRefused() {
    ByteString id = upload(CONTENT, 1);

    assertThat(Statuses.reason(pod.downloadByNobody().start(id).failure()))
        .contains(Reason.CALLER_NOT_ALLOWED);
  }

  private ByteString upload(byte[] content, int uploadId) {
    return pod.upload(ALICE).all(about(content, uploadId), content).getUploaded().getBlobId();
  }
}
