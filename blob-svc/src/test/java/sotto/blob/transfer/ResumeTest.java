package sotto.blob.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.transfer.Pod.ALICE;
import static sotto.blob.transfer.Pod.BOB;
import static sotto.blob.transfer.Upload.about;
import static sotto.blob.transfer.Upload.kept;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.BlobRecord;
import sotto.blob.MemoryDisk;
import sotto.blob.v1.UploadPosition;
import sotto.blob.v1.UploadResponse;
import sotto.mesh.Rate;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Uploads that break off and go on.
final class ResumeTest {
  private static final byte[] CONTENT = bytes(1, 4 * Pod.PART - 100);

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
  void unknownUpload_beginsAtItsStart_andNothingIsKept() throws IOException {
    var position = pod.begin(ALICE, about(CONTENT, 1)).getPosition();

    assertThat(position).isEqualTo(at(0));
    assertThat(pod.files()).isEmpty();
  }

  @Test
  void brokenAnywhere_goesOnFromThere_afterARestartToo() throws IOException {
    int upload = 1;
    for (int sent :
        new int[] {
          1,
          Pod.PART - 1,
          Pod.PART,
          Pod.PART + 1,
          2 * Pod.PART,
          3 * Pod.PART - 1,
          3 * Pod.PART,
          CONTENT.length - 1,
          CONTENT.length
        }) {
      breakAfter(sent, upload);
      if (upload % 2 == 0) {
        pod.close();
        pod = new Pod(folder);
      }

      UploadResponse answer = pod.goOn(ALICE, about(CONTENT, upload), CONTENT, sent);

      assertThat(answer.hasUploaded()).as("after %d bytes: %s", sent, answer).isTrue();
      var download = pod.download(BOB).start(answer.getUploaded().getBlobId());
      assertThat(download.size()).isEqualTo(CONTENT.length);
      assertThat(download.rest()).isEqualTo(CONTENT);
      upload++;
    }
    assertThat(pod.files()).hasSize(upload - 1);
  }

  @Test
  void brokenAgainAndAgain_endsAllTheSame() throws IOException {
    breakEvery(Pod.PART / 3);

    int sent = Math.toIntExact(pod.store.written.get());
    assertThat(pod.goOn(ALICE, about(CONTENT, 1), CONTENT, sent).hasUploaded()).isTrue();
    assertThat(pod.store.written.get()).as("nothing twice").isEqualTo(CONTENT.length);
  }

  @Test
  void begin_makesTheOldConnectionLetGo_soThatAllItBroughtCounts() throws IOException {
    Upload old =
        pod.upload(ALICE).start(about(CONTENT, 1)).send(Arrays.copyOf(CONTENT, Pod.PART + 10));
    pod.awaitWritten(Pod.PART + 10);

    assertThat(pod.begin(ALICE, about(CONTENT, 1)).getPosition()).isEqualTo(at(Pod.PART + 10));
    assertThat(old.answer().getElsewhere()).isEqualTo(at(Pod.PART + 10));
  }

  @Test
  void silentConnection_keepsWhatItBrought() throws IOException {
    pod.close();
    pod = new Pod(folder, Duration.ofSeconds(3));
    Upload upload = pod.upload(ALICE).start(about(CONTENT, 1)).send(Arrays.copyOf(CONTENT, 10));
    pod.awaitWritten(10);

    assertThat(Statuses.reason(upload.failure())).contains(Reason.SILENT);
    assertThat(pod.goOn(ALICE, about(CONTENT, 1), CONTENT, 10).hasUploaded()).isTrue();
  }

  @Test
  void anotherOffsetThanIsCommitted_isToldWhereItGoesOn() throws IOException {
    assertThat(elsewhere(Pod.PART)).isEqualTo(at(0));
    breakAfter(2 * Pod.PART + 5, 1);

    long committed = 2 * Pod.PART + 5;
    for (long offset : new long[] {1, Pod.PART, 2 * Pod.PART, committed + 1, 3 * Pod.PART, -1}) {
      assertThat(elsewhere(offset)).as("offset %d", offset).isEqualTo(at(committed));
    }
    assertThat(pod.goOn(ALICE, about(CONTENT, 1), CONTENT, committed).hasUploaded()).isTrue();
  }

  @Test
  void startFromZero_forgetsWhatIsCommitted() throws IOException {
    byte[] wrong = CONTENT.clone();
    wrong[5] ^= 1;
    Upload upload = pod.upload(ALICE).start(about(CONTENT, 1)).send(Arrays.copyOf(wrong, Pod.PART));
    pod.awaitCommitted(Pod.PART);
    upload.vanish();

    assertThat(pod.upload(ALICE).all(about(CONTENT, 1), CONTENT).hasUploaded()).isTrue();
  }

  @Test
  void wrongByteInACommittedPart_isAMismatchInTheEndAndLeavesNothing() throws IOException {
    byte[] wrong = CONTENT.clone();
    wrong[5] ^= 1;
    Upload upload = pod.upload(ALICE).start(about(CONTENT, 1)).send(Arrays.copyOf(wrong, Pod.PART));
    pod.awaitCommitted(Pod.PART);
    upload.vanish();

    assertThat(pod.goOn(ALICE, about(CONTENT, 1), CONTENT, Pod.PART).hasMismatch()).isTrue();
    pod.awaitNoFiles();
    assertThat(pod.begin(ALICE, about(CONTENT, 1)).getPosition()).isEqualTo(at(0));
  }

  @Test
  void swappedParts_areAMismatchAndLeaveNothing() throws IOException {
    byte[] swapped = CONTENT.clone();
    System.arraycopy(CONTENT, 0, swapped, Pod.PART, Pod.PART);
    System.arraycopy(CONTENT, Pod.PART, swapped, 0, Pod.PART);

    assertThat(pod.upload(ALICE).all(about(CONTENT, 1), swapped).hasMismatch()).isTrue();
    pod.awaitNoFiles();
  }

  @Test
  void bytesBehindTheEndOfAnUploadThatGoesOn_areAMismatch() throws IOException {
    breakAfter(3 * Pod.PART, 1);
    byte[] rest = Arrays.copyOfRange(CONTENT, 3 * Pod.PART, CONTENT.length + 1);

    UploadResponse answer = pod.upload(ALICE).all(about(CONTENT, 1).setOffset(3 * Pod.PART), rest);

    assertThat(answer.hasMismatch()).isTrue();
    pod.awaitNoFiles();
  }

  @Test
  void otherWordsForAnUnfinishedUpload_areAMismatchAndTheFirstStays() throws IOException {
    breakAfter(Pod.PART, 1);
    var other = about(bytes(2, CONTENT.length), 1);

    assertThat(pod.begin(ALICE, other).hasMismatch()).isTrue();
    assertThat(pod.upload(ALICE).start(other).answer().hasMismatch()).isTrue();
    assertThat(pod.goOn(ALICE, about(CONTENT, 1), CONTENT, Pod.PART).hasUploaded()).isTrue();
  }

  @Test
  void uploadOfAnotherAccount_isAnother() throws IOException {
    breakAfter(Pod.PART, 1);

    assertThat(pod.begin(BOB, about(CONTENT, 1)).getPosition()).isEqualTo(at(0));
  }

  @Test
  void finishedUpload_isThereForBegin() {
    UploadResponse answer = pod.upload(ALICE).all(about(CONTENT, 1), CONTENT);

    assertThat(pod.begin(ALICE, about(CONTENT, 1)).getUploaded()).isEqualTo(answer.getUploaded());
    assertThat(pod.begin(ALICE, about(bytes(2, 5), 1)).hasMismatch()).isTrue();
  }

  @Test
  void tooLarge_isToldByBegin() {
    var start = about(CONTENT, 1);
    start.getBlobBuilder().setSize(Pod.MAX_BLOB + 1);

    assertThat(pod.begin(ALICE, start).getTooLarge().getLimitBytes()).isEqualTo(Pod.MAX_BLOB);
  }

  @Test
  void secondConnection_takesTheUploadOver_andTheFirstIsToldWhere() throws IOException {
    Upload old =
        pod.upload(ALICE).start(about(CONTENT, 1)).send(Arrays.copyOf(CONTENT, Pod.PART + 10));
    pod.awaitWritten(Pod.PART + 10);
    byte[] rest = Arrays.copyOfRange(CONTENT, Pod.PART, CONTENT.length);

    Upload young = pod.upload(ALICE).start(about(CONTENT, 1).setOffset(Pod.PART));
    assertThat(young.answer().getElsewhere())
        .as("more is there than it knew")
        .isEqualTo(at(Pod.PART + 10));
    UploadResponse answer =
        pod.upload(ALICE)
            .all(
                about(CONTENT, 1).setOffset(Pod.PART + 10),
                Arrays.copyOfRange(rest, 10, rest.length));

    assertThat(answer.hasUploaded()).isTrue();
    assertThat(old.answer().getElsewhere()).isEqualTo(at(Pod.PART + 10));
    var download = pod.download(BOB).start(answer.getUploaded().getBlobId());
    assertThat(download.size()).isEqualTo(CONTENT.length);
    assertThat(download.rest()).isEqualTo(CONTENT);
  }

  @Test
  void firstConnectionThatSendsOtherBytes_doesNotHarmTheSecond() throws IOException {
    byte[] wrong = bytes(3, CONTENT.length);
    for (int round = 1; round <= 20; round++) {
      var start = about(CONTENT, round);
      Upload old = pod.upload(ALICE).start(start).send(Arrays.copyOf(wrong, Pod.PART / 2));
      Upload young = pod.upload(ALICE).start(start).send(CONTENT);
      old.send(Arrays.copyOf(wrong, Pod.PART / 4));

      // Whoever came last has it: the streams are two calls, and either may be first.
      UploadResponse answer = young.finish();
      if (!answer.hasUploaded()) {
        assertThat(answer.hasElsewhere()).as("%s", answer).isTrue();
        answer = pod.upload(ALICE).all(about(CONTENT, round), CONTENT);
      }
      assertThat(answer.hasUploaded()).as("%s", answer).isTrue();
      var download = pod.download(BOB).start(answer.getUploaded().getBlobId());
      assertThat(download.size()).isEqualTo(CONTENT.length);
      assertThat(download.rest()).isEqualTo(CONTENT);
    }
  }

  @Test
  void roomOfCommittedParts_isNotAskedForAgain() throws IOException {
    breakAfter(2 * Pod.PART, 1);
    long rest = (long) CONTENT.length - 2 * Pod.PART;
    pod.store.free = (256L << 20) + rest - 1;
    var refused = pod.upload(ALICE).start(about(CONTENT, 1).setOffset(2 * Pod.PART));
    assertThat(Statuses.reason(refused.failure())).contains(Reason.STORAGE_FULL);

    pod.store.free = (256L << 20) + rest;
    assertThat(pod.goOn(ALICE, about(CONTENT, 1), CONTENT, 2 * Pod.PART).hasUploaded()).isTrue();
  }

  @Test
  void abandonedUpload_goesWithItsQuotaWhenItsTimeIsOver() throws IOException {
    byte[] most = bytes(1, Pod.QUOTA);
    byte[] other = bytes(2, Pod.QUOTA);
    Upload upload = pod.upload(ALICE).start(kept(most, 1)).send(Arrays.copyOf(most, Pod.PART));
    pod.awaitCommitted(Pod.PART);
    upload.vanish();
    upload.failure();
    assertThat(pod.upload(ALICE).start(kept(other, 2)).answer().hasQuotaExceeded()).isTrue();
    assertThat(pod.begin(ALICE, kept(other, 2)).hasQuotaExceeded()).isTrue();

    pod.sweep.step();
    assertThat(pod.begin(ALICE, kept(most, 1)).getPosition()).isEqualTo(at(Pod.PART));

    // The ages of files are the machine's.
    pod.clock.pass(Duration.between(pod.clock.instant(), Instant.now()).plusDays(2));
    pod.sweep.step();
    assertThat(pod.files()).isEmpty();
    assertThat(pod.upload(ALICE).all(kept(other, 2), other).hasUploaded()).isTrue();
  }

  @Test
  void keptRoomTakenByBegin_isOnesOwn() {
    byte[] most = bytes(1, Pod.QUOTA);
    assertThat(pod.begin(ALICE, kept(most, 1)).getPosition()).isEqualTo(at(0));
    assertThat(pod.begin(ALICE, kept(most, 1)).getPosition()).isEqualTo(at(0));

    assertThat(pod.begin(ALICE, kept(bytes(2, 1), 2)).getQuotaExceeded().getLimitBytes())
        .isEqualTo(Pod.QUOTA);
    assertThat(pod.upload(ALICE).all(kept(most, 1), most).hasUploaded()).isTrue();
  }

  @Test
  void budgetThatIsSpent_namesTheTime_andWhatIsCommittedStays() throws IOException {
    pod.close();
    int parts = 2;
    pod =
        new Pod(
            folder,
            Duration.ofSeconds(20),
            new Rate(parts * Pod.PART / 1_024, Duration.ofSeconds(parts)));
    var refused =
        pod.upload(ALICE).start(about(CONTENT, 1)).send(CONTENT).answer().getQuotaExceeded();

    assertThat(refused.getRetryAfterMs()).isBetween(900L, 1_000L);
    assertThat(refused.getLimitBytes()).isEqualTo(2 * Pod.PART);
    assertThat(pod.upload(BOB).start(about(CONTENT, 1)).send(bytes(1, 10)).end().answer())
        .as("others have their own")
        .matches(UploadResponse::hasMismatch);
    pod.clock.pass(Duration.ofSeconds(2));
    assertThat(pod.goOn(ALICE, about(CONTENT, 1), CONTENT, 2 * Pod.PART).hasUploaded()).isTrue();
  }

  @Test
  void budgetThatIsSpent_isToldByBegin_beforeAByteIsSent() throws IOException {
    pod.close();
    pod =
        new Pod(
            folder, Duration.ofSeconds(20), new Rate(2 * Pod.PART / 1_024, Duration.ofSeconds(2)));
    for (int i = 0; i < 5; i++) {
      assertThat(pod.begin(ALICE, about(CONTENT, 1)).getPosition())
          .as("takes nothing")
          .isEqualTo(at(0));
    }
    var refused =
        pod.upload(ALICE).start(about(CONTENT, 1)).send(CONTENT).answer().getQuotaExceeded();

    assertThat(pod.begin(ALICE, about(CONTENT, 1)).getQuotaExceeded()).isEqualTo(refused);
    assertThat(pod.begin(ALICE, about(CONTENT, 2)).getQuotaExceeded()).isEqualTo(refused);
    assertThat(pod.begin(ALICE, kept(bytes(2, 10), 3)).hasPosition()).as("has another").isTrue();
    assertThat(pod.begin(BOB, about(CONTENT, 1)).hasPosition()).isTrue();
    pod.clock.pass(Duration.ofSeconds(1));
    assertThat(pod.begin(ALICE, about(CONTENT, 1)).getPosition()).isEqualTo(at(2 * Pod.PART));
  }

  @Test
  void brokenUpload_costsTheBudgetOnlyWhatCame() throws IOException {
    pod.close();
    pod =
        new Pod(folder, Duration.ofSeconds(20), new Rate(4 * Pod.PART / 1_024, Duration.ofDays(1)));
    breakEvery(Pod.PART / 4);

    assertThat(pod.goOn(ALICE, about(CONTENT, 1), CONTENT, 3 * Pod.PART).hasUploaded()).isTrue();
  }

  /// Sends three parts over connections that break one after the other.
  ///
  /// @param step bytes that each brings
  private void breakEvery(int step) throws IOException {
    for (int from = 0; from < 3 * Pod.PART; from += step) {
      Upload upload =
          pod.upload(ALICE)
              .start(about(CONTENT, 1).setOffset(from))
              .send(Arrays.copyOfRange(CONTENT, from, from + step));
      pod.awaitWritten(from + step);
      upload.vanish();
      assertThat(pod.begin(ALICE, about(CONTENT, 1)).getPosition()).isEqualTo(at(from + step));
    }
  }

  private static UploadPosition at(long committed) {
    return UploadPosition.newBuilder().setCommitted(committed).setPartSize(Pod.PART).build();
  }

  private UploadPosition elsewhere(long offset) {
    return pod.upload(ALICE).start(about(CONTENT, 1).setOffset(offset)).answer().getElsewhere();
  }

  private void breakAfter(int sent, int uploadId) throws IOException {
    Upload upload =
        pod.upload(ALICE).start(about(CONTENT, uploadId)).send(Arrays.copyOf(CONTENT, sent));
    pod.awaitBytes(BlobRecord.LENGTH + sent);
    upload.vanish();
    upload.failure();
    pod.awaitIdle();
  }
}
