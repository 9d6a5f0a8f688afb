package sotto.blob.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.transfer.Pod.ALICE;
import static sotto.blob.transfer.Pod.BOB;
import static sotto.blob.transfer.Upload.about;
import static sotto.blob.transfer.Upload.kept;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.s3.RealS3;
import sotto.blob.s3.S3BlobStore;
import sotto.blob.v1.DeleteRequest;
import sotto.blob.v1.LocateRequest;
import sotto.blob.v1.RenewRequest;
import sotto.blob.v1.UploadResponse;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Pods over one real S3.
@Tag("s3")
final class S3PodsTest {
  private static final int PART = 5 << 20;
  private static final byte[] CONTENT = bytes(1, 2 * PART + 1_000);

  @TempDir private Path folder;

  private Pod first;
  private Pod second;

  @BeforeEach
  void open() throws IOException {
    RealS3.get().empty();
    first = pod("a");
    second = pod("b");
  }

  @AfterEach
  void close() throws IOException {
    first.close();
    second.close();
  }

  @Test
  void uploadThatBrokeOffAtOnePod_goesOnAtAnother() throws IOException {
    breakAfter(first, PART + 10, 1);

    UploadResponse answer = second.goOn(ALICE, about(CONTENT, 1), CONTENT, PART + 10);

    assertThat(second.store.written.get()).isEqualTo(CONTENT.length - PART - 10);
    assertThat(download(first, answer.getUploaded().getBlobId())).isEqualTo(CONTENT);
    assertThat(RealS3.get().keys()).hasSize(2);
  }

  @Test
  void uploadCutEverySixMebibytes_sendsNothingTwice() throws IOException {
    byte[] content = bytes(1, 23 << 20);
    Pod[] pods = {first, second};
    long sent = 0;
    int cuts = 0;
    for (int cut = 6 << 20; cut < content.length; cut += 6 << 20) {
      Pod pod = pods[cuts++ % 2];
      long before = pod.store.written.get();
      int from = Math.toIntExact(pod.begin(ALICE, about(content, 1)).getPosition().getCommitted());
      Upload upload =
          pod.upload(ALICE)
              .start(about(content, 1).setOffset(from))
              .send(Arrays.copyOfRange(content, from, cut));
      sent += cut - from;
      pod.awaitWritten(before + cut - from);
      upload.vanish();
      pod.awaitIdle();
    }
    UploadResponse answer = first.goOn(ALICE, about(content, 1), content, sent);

    assertThat(cuts).isEqualTo(3);
    assertThat(first.store.written.get() + second.store.written.get()).isEqualTo(content.length);
    assertThat(download(second, answer.getUploaded().getBlobId())).isEqualTo(content);
    assertThat(RealS3.get().keys()).hasSize(2);
  }

  @Test
  void oldConnectionAtOnePodAndNewOneAtAnother_endInOneBlob() throws IOException {
    Upload old =
        first.upload(ALICE).start(about(CONTENT, 1)).send(Arrays.copyOf(CONTENT, PART + 10));
    first.awaitCommitted(PART);

    UploadResponse answer = second.goOn(ALICE, about(CONTENT, 1), CONTENT, PART);
    assertThat(answer.hasUploaded()).isTrue();
    UploadResponse late = old.send(Arrays.copyOfRange(CONTENT, PART + 10, CONTENT.length)).finish();

    assertThat(late.hasElsewhere() || late.hasUploaded()).as("%s", late).isTrue();
    assertThat(first.begin(ALICE, about(CONTENT, 1)).getUploaded()).isEqualTo(answer.getUploaded());
    assertThat(download(first, answer.getUploaded().getBlobId())).isEqualTo(CONTENT);
    assertThat(RealS3.get().keys()).hasSize(2);
  }

  @Test
  void swappedPartsOverTwoPods_areAMismatchAndLeaveNothing() throws IOException {
    byte[] swapped = CONTENT.clone();
    System.arraycopy(CONTENT, PART, swapped, 0, PART);
    System.arraycopy(CONTENT, 0, swapped, PART, PART);
    Upload upload = first.upload(ALICE).start(about(CONTENT, 1)).send(Arrays.copyOf(swapped, PART));
    first.awaitCommitted(PART);
    upload.vanish();
    first.awaitIdle();

    assertThat(second.goOn(ALICE, about(CONTENT, 1), swapped, PART).hasMismatch()).isTrue();
    assertThat(RealS3.get().keys()).isEmpty();
  }

  @Test
  void s3KilledInAnUpload_isUnavailableAndTheUploadGoesOnAfterwards() throws IOException {
    assumeThat(RealS3.get().isOurs()).isTrue();
    Upload upload =
        first.upload(ALICE).start(about(CONTENT, 1)).send(Arrays.copyOf(CONTENT, PART + 10));
    first.awaitCommitted(PART);
    RealS3.get().kill();
    try {
      var failure = upload.send(Arrays.copyOfRange(CONTENT, PART + 10, 2 * PART)).failure();
      assertThat(Statuses.reason(failure)).contains(Reason.UNAVAILABLE);
      assertThat(Statuses.retryAfter(failure)).isPresent();
    } finally {
      RealS3.get().revive();
    }

    UploadResponse answer = second.goOn(ALICE, about(CONTENT, 1), CONTENT, PART);
    assertThat(download(second, answer.getUploaded().getBlobId())).isEqualTo(CONTENT);
  }

  @Test
  void podWhoseS3IsAway_saysSoAtOnce() throws IOException {
    assumeThat(RealS3.get().isOurs()).isTrue();
    RealS3.get().kill();
    try {
      var failure = first.upload(ALICE).start(about(CONTENT, 1)).failure();
      assertThat(Statuses.reason(failure)).contains(Reason.UNAVAILABLE);
      assertThat(Statuses.retryable(failure)).isTrue();
    } finally {
      RealS3.get().revive();
    }
  }

  @Test
  void renewedBlob_livesForAllPods() throws IOException {
    for (byte[] content : new byte[][] {bytes(1, 1_000), CONTENT}) {
      int id = content.length == CONTENT.length ? 1 : 2;
      ByteString blob =
          first.upload(ALICE).all(about(content, id), content).getUploaded().getBlobId();
      first.clock.pass(Duration.ofDays(44));
      second.clock.pass(Duration.ofDays(44));

      var renewed = second.calls(BOB).renew(RenewRequest.newBuilder().setBlobId(blob).build());

      assertThat(renewed.hasRenewed()).isTrue();
      first.clock.pass(Duration.ofDays(44));
      second.clock.pass(Duration.ofDays(44));
      first.sweep.step();
      assertThat(download(first, blob)).isEqualTo(content);
    }
  }

  @Test
  void expiredBlobs_areSwept() throws IOException {
    first.upload(ALICE).all(about(CONTENT, 1), CONTENT);
    byte[] small = bytes(2, 100);
    first.upload(ALICE).all(about(small, 2), small);
    ByteString kept = first.upload(ALICE).all(kept(small, 3), small).getUploaded().getBlobId();
    second.clock.pass(Duration.ofDays(60));
    second.sweep.step();

    assertThat(RealS3.get().keys()).hasSize(1);
    assertThat(download(second, kept)).isEqualTo(small);
  }

  @Test
  void deletedBlob_isGoneFromAllPods() throws IOException {
    byte[] content = bytes(1, 1_000);
    ByteString kept = first.upload(ALICE).all(kept(content, 1), content).getUploaded().getBlobId();

    assertThat(
            second
                .calls(ALICE)
                .delete(DeleteRequest.newBuilder().setBlobId(kept).build())
                .hasDeleted())
        .isTrue();
    assertThat(
            first
                .calls(ALICE)
                .locate(LocateRequest.newBuilder().setBlobId(kept).build())
                .hasNotFound())
        .isTrue();
    assertThat(RealS3.get().keys()).isEmpty();
  }

  private void breakAfter(Pod pod, int sent, int uploadId) throws IOException {
    Upload upload =
        pod.upload(ALICE).start(about(CONTENT, uploadId)).send(Arrays.copyOf(CONTENT, sent));
    pod.awaitWritten(sent);
    upload.vanish();
    upload.failure();
    pod.awaitIdle();
  }

  private static byte[] download(Pod pod, ByteString id) {
    Download download = pod.download(BOB).start(id);
    var _ = download.size();
    return download.rest();
  }

  private Pod pod(String name) throws IOException {
    return Pod.over(
        folder.resolve(name),
        S3BlobStore.open(
            RealS3.get().config(),
            folder.resolve(name).resolve("spool"),
            Clock.systemUTC(),
            new SecureRandom()),
        PART);
  }
}
