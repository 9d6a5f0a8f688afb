package sotto.blob.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.transfer.Pod.ALICE;
import static sotto.blob.transfer.Pod.BOB;
import static sotto.blob.transfer.Upload.about;
import static sotto.blob.transfer.Upload.kept;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.MemoryDisk;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;

final class UploadTest {
  private static final byte[] CONTENT = bytes(1, 1_000_000);

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
  void uploadedBlob_isDownloadedByAnotherAccount() {
    UploadResponse answer = pod.upload(ALICE).all(about(CONTENT, 1), CONTENT);

    ByteString id = answer.getUploaded().getBlobId();
    assertThat(id.size()).isEqualTo(32);
    assertThat(answer.getUploaded().getExpiresAtMs())
        .isEqualTo(pod.clock.millis() + Duration.ofDays(45).toMillis());
    Download download = pod.download(BOB).start(id);
    assertThat(download.size()).isEqualTo(CONTENT.length);
    assertThat(download.rest()).isEqualTo(CONTENT);
  }

  @Test
  void keptBlob_neverExpires() {
    var start = kept(CONTENT, 1);

    assertThat(pod.upload(ALICE).all(start, CONTENT).getUploaded().getExpiresAtMs()).isZero();
  }

  @Test
  void truncatedUpload_isAMismatchAndLeavesNothing() throws IOException {
    byte[] half = bytes(1, 500_000);

    assertThat(pod.upload(ALICE).all(about(CONTENT, 1), half).hasMismatch()).isTrue();
    assertThat(pod.files()).isEmpty();
  }

  @Test
  void brokenUploadWithoutAByte_leavesNothing() throws IOException {
    Upload upload = pod.upload(ALICE).start(about(CONTENT, 1));
    pod.awaitFiles(1);
    upload.vanish();

    assertThat(Status.fromThrowable(upload.failure()).getCode()).isEqualTo(Status.Code.CANCELLED);
    pod.awaitNoFiles();
  }

  @Test
  void longerThanItSaid_isAMismatchAndLeavesNothing() throws IOException {
    byte[] longer = bytes(1, 1_000_001);

    assertThat(pod.upload(ALICE).all(about(CONTENT, 1), longer).hasMismatch()).isTrue();
    assertThat(pod.files()).isEmpty();
  }

  @Test
  void wrongDigest_isAMismatchAndLeavesNothing() throws IOException {
    byte[] other = CONTENT.clone();
    other[999_999] ^= 1;

    assertThat(pod.upload(ALICE).all(about(CONTENT, 1), other).hasMismatch()).isTrue();
    assertThat(pod.files()).isEmpty();
  }

  @Test
  void largerThanTheLimit_isToldTheLimitBeforeAByteIsSent() throws IOException {
    Upload upload = pod.upload(ALICE).start(sized(Pod.MAX_BLOB + 1L));

    assertThat(upload.answer().getTooLarge().getLimitBytes()).isEqualTo(Pod.MAX_BLOB);
    assertThat(pod.files()).isEmpty();
  }

  @Test
  void sizeOfMoreThan63Bits_isTooLarge() {
    Upload upload = pod.upload(ALICE).start(sized(-1));

    assertThat(upload.answer().hasTooLarge()).isTrue();
  }

  @Test
  void completeUploadRepeated_answersTheSameIdAtOnce() throws IOException {
    ByteString id = pod.upload(ALICE).all(about(CONTENT, 1), CONTENT).getUploaded().getBlobId();

    UploadResponse again = pod.upload(ALICE).start(about(CONTENT, 1)).answer();
    assertThat(again.getUploaded().getBlobId()).isEqualTo(id);

    pod.close();
    pod = new Pod(folder);
    UploadResponse afterRestart = pod.upload(ALICE).start(about(CONTENT, 1)).answer();
    assertThat(afterRestart.getUploaded().getBlobId()).isEqualTo(id);
    assertThat(pod.files()).hasSize(1);
  }

  @Test
  void sameUploadIdWithOtherContent_isAMismatchAndTheFirstStays() {
    ByteString id = pod.upload(ALICE).all(about(CONTENT, 1), CONTENT).getUploaded().getBlobId();

    assertThat(pod.upload(ALICE).start(about(bytes(2, 10), 1)).answer().hasMismatch()).isTrue();

    Download download = pod.download(ALICE).start(id);
    assertThat(download.size()).isEqualTo(CONTENT.length);
    assertThat(download.rest()).isEqualTo(CONTENT);
  }

  @Test
  void idsDifferByAccountUploadAndClass() {
    byte[] content = bytes(1, 100);
    var ids = new HashSet<ByteString>();
    ids.add(pod.upload(ALICE).all(about(content, 1), content).getUploaded().getBlobId());
    ids.add(pod.upload(ALICE).all(about(content, 2), content).getUploaded().getBlobId());
    ids.add(pod.upload(BOB).all(about(content, 1), content).getUploaded().getBlobId());
    var kept = kept(content, 1);
    ids.add(pod.upload(ALICE).all(kept, content).getUploaded().getBlobId());

    assertThat(ids).hasSize(4);
  }

  @Test
  void retryFromTheStartAfterABreak_isStored() {
    Upload broken = pod.upload(ALICE).start(about(CONTENT, 1)).send(bytes(1, 500_000));
    broken.vanish();
    broken.failure();

    assertThat(pod.upload(ALICE).all(about(CONTENT, 1), CONTENT).hasUploaded()).isTrue();
  }

  @Test
  void fullDisk_isStorageFullBeforeAByteIsWritten() throws IOException {
    pod.store.free = (256L << 20) + CONTENT.length - 1;
    Upload upload = pod.upload(ALICE).start(about(CONTENT, 1));

    assertThat(Statuses.reason(upload.failure())).contains(Reason.STORAGE_FULL);
    assertThat(pod.files()).isEmpty();

    pod.store.free = (256L << 20) + CONTENT.length;
    assertThat(pod.upload(ALICE).all(about(CONTENT, 1), CONTENT).hasUploaded()).isTrue();
  }

  @Test
  void roomIsPromisedOnlyOnce() throws IOException {
    pod.store.free = (256L << 20) + CONTENT.length;
    Upload first = pod.upload(ALICE).start(about(CONTENT, 1)).send(bytes(1, 100_000));
    pod.awaitFiles(1);

    Upload second = pod.upload(BOB).start(about(CONTENT, 2));
    assertThat(Statuses.reason(second.failure())).contains(Reason.STORAGE_FULL);

    first.vanish();
    pod.awaitIdle();
    assertThat(pod.upload(BOB).all(about(CONTENT, 2), CONTENT).hasUploaded()).isTrue();
  }

  @Test
  void diskThatFillsWhileWriting_isStorageFullAndGoneOnWithWhenThereIsRoom() throws IOException {
    byte[] first = Arrays.copyOf(CONTENT, Pod.PART + 1_000);
    Upload upload = pod.upload(ALICE).start(about(CONTENT, 1)).send(first);
    pod.awaitCommitted(Pod.PART);
    pod.store.writesFail = true;
    upload.send(bytes(1, 100_000));

    assertThat(Statuses.reason(upload.failure())).contains(Reason.STORAGE_FULL);
    assertThat(Statuses.retryable(upload.failure())).isTrue();

    pod.store.writesFail = false;
    assertThat(pod.goOn(ALICE, about(CONTENT, 1), CONTENT, Pod.PART).hasUploaded()).isTrue();
  }

  @Test
  void commitThatFails_isStorageFullAndOnlyTheLastPartIsSentAgain() throws IOException {
    pod.store.commitsFail = true;
    Upload upload = pod.upload(ALICE).start(about(CONTENT, 1)).send(CONTENT).end();
    var failure = upload.failure();

    assertThat(Statuses.reason(failure)).contains(Reason.STORAGE_FULL);
    assertThat(Statuses.retryable(failure)).isTrue();
    pod.store.commitsFail = false;
    assertThat(pod.goOn(ALICE, about(CONTENT, 1), CONTENT, 3 * Pod.PART).hasUploaded()).isTrue();
  }

  @Test
  void diskThatDoesNotWork_isNotCalledFull() {
    pod.store.broken = true;
    Upload upload = pod.upload(ALICE).start(about(CONTENT, 1)).send(CONTENT);

    assertThat(Statuses.reason(upload.failure())).contains(Reason.INTERNAL);
    pod.store.broken = false;
    assertThat(pod.upload(ALICE).all(about(CONTENT, 1), CONTENT).hasUploaded()).isTrue();
  }

  @Test
  void keptQuota_isPerAccountAndCountedAnewAfterARestart() throws IOException {
    byte[] most = bytes(1, Pod.QUOTA - 100);
    byte[] more = bytes(2, 101);
    byte[] fits = bytes(3, 100);
    pod.upload(ALICE).all(kept(most, 1), most);
    assertThat(pod.upload(ALICE).start(kept(more, 2)).answer().hasQuotaExceeded()).isTrue();

    pod.close();
    pod = new Pod(folder);
    assertThat(pod.upload(ALICE).start(kept(more, 2)).answer().hasQuotaExceeded()).isTrue();
    assertThat(pod.upload(BOB).all(kept(more, 2), more).hasUploaded()).isTrue();
    assertThat(pod.upload(ALICE).all(about(more, 2), more).hasUploaded()).isTrue();
    assertThat(pod.upload(ALICE).all(kept(fits, 3), fits).hasUploaded()).isTrue();
  }

  @Test
  void failedKeptUpload_givesItsQuotaBack() {
    byte[] most = bytes(1, Pod.QUOTA);
    byte[] wrong = bytes(2, Pod.QUOTA);
    assertThat(pod.upload(ALICE).all(kept(most, 1), wrong).hasMismatch()).isTrue();

    assertThat(pod.upload(ALICE).all(kept(most, 1), most).hasUploaded()).isTrue();
  }

  @Test
  void moreUploadsAtOnceThanAllowed_areToldToWait() throws IOException {
    pod.upload(ALICE).start(about(CONTENT, 1));
    pod.upload(ALICE).start(about(CONTENT, 2));
    pod.awaitFiles(2);

    Upload third = pod.upload(ALICE).start(about(CONTENT, 3));
    assertThat(Statuses.reason(third.failure())).contains(Reason.RATE_LIMITED);
    assertThat(pod.upload(BOB).all(about(CONTENT, 3), CONTENT).hasUploaded()).isTrue();
  }

  @Test
  void withoutACaller_isRefused() {
    assertThat(Statuses.reason(pod.uploadByNobody().start(about(CONTENT, 1)).failure()))
        .contains(Reason.CALLER_NOT_ALLOWED);
  }

  @Test
  void chunkBeforeStart_isOutOfOrder() {
    assertThat(Statuses.reason(pod.upload(ALICE).send(bytes(1, 10)).failure()))
        .contains(Reason.FRAME_OUT_OF_ORDER);
  }

  @Test
  void secondStart_isOutOfOrderAndLeavesNothing() throws IOException {
    Upload upload = pod.upload(ALICE).start(about(CONTENT, 1)).start(about(CONTENT, 1));

    assertThat(Statuses.reason(upload.failure())).contains(Reason.FRAME_OUT_OF_ORDER);
    pod.awaitNoFiles();
  }

  @Test
  void digestOfAnotherLength_isOutOfBounds() {
    var start = about(CONTENT, 1);
    start.getBlobBuilder().setSha256(ByteString.copyFrom(new byte[31]));

    assertThat(Statuses.reason(pod.upload(ALICE).start(start).failure()))
        .contains(Reason.FIELD_OUT_OF_BOUNDS);
  }

  @Test
  void silentUpload_isEndedAndLeavesNothing() throws IOException {
    pod.close();
    pod = new Pod(folder, Duration.ofMillis(20));
    Upload upload = pod.upload(ALICE).start(about(CONTENT, 1));

    assertThat(Statuses.reason(upload.failure())).contains(Reason.SILENT);
    pod.awaitNoFiles();
  }

  @Test
  void manyUploadsAtOnce_areAllStored() throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Void>> running = new ArrayList<>();
      for (int i = 1; i <= 20; i++) {
        byte[] content = bytes(i, 200_000 + i);
        int number = i;
        var caller = new Caller(new AccountId(i, i), new DeviceId(1));
        Callable<Void> upload =
            () -> {
              ByteString id =
                  pod.upload(caller).all(about(content, number), content).getUploaded().getBlobId();
              Download download = pod.download(caller).start(id);
              assertThat(download.size()).isEqualTo(content.length);
              assertThat(download.rest()).isEqualTo(content);
              return null;
            };
        running.add(threads.submit(upload));
      }
      for (Future<Void> upload : running) {
        upload.get();
      }
    }
  }

  private static UploadStart.Builder sized(long size) {
    UploadStart.Builder start = about(CONTENT, 1);
    start.getBlobBuilder().setSize(size);
    return start;
  }
}
