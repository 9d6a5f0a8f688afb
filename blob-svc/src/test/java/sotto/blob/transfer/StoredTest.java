package sotto.blob.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.transfer.Pod.ALICE;
import static sotto.blob.transfer.Pod.BOB;
import static sotto.blob.transfer.Upload.about;
import static sotto.blob.transfer.Upload.kept;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.BlobName;
import sotto.blob.MemoryDisk;
import sotto.blob.Shelf;
import sotto.blob.v1.DeleteRequest;
import sotto.blob.v1.DeleteResponse;
import sotto.blob.v1.LocateRequest;
import sotto.blob.v1.LocateResponse;
import sotto.blob.v1.RenewRequest;
import sotto.blob.v1.RenewResponse;
import sotto.mesh.Caller;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Calls about blobs that are there.
final class StoredTest {
  private static final byte[] CONTENT = bytes(1, 1_000);
  private static final Duration LIFE = Duration.ofDays(45);
  private static final Duration MARGIN = Duration.ofMillis(Stored.MARGIN);

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
  void place_isStreamedAndNamesTheSize() {
    ByteString id = sent(1);

    assertThat(locate(id).getStreamed().getSize()).isEqualTo(1_000);
    assertThat(locate(ByteString.copyFrom(new byte[32])).hasNotFound()).isTrue();
    pod.clock.pass(LIFE);
    assertThat(locate(id).hasNotFound()).isTrue();
  }

  @Test
  void renewedBlob_livesTheWholeTimeAgain() throws IOException {
    ByteString id = sent(1);
    pod.clock.pass(Duration.ofDays(44));

    assertThat(renew(BOB, id).getRenewed().getExpiresAtMs())
        .isEqualTo(pod.clock.millis() + LIFE.toMillis());

    pod.clock.pass(LIFE.minusMillis(1));
    pod.sweep.step();
    assertThat(pod.download(BOB).start(id).size()).isEqualTo(1_000);
    pod.clock.pass(Duration.ofMillis(1));
    assertThat(pod.download(BOB).start(id).notFound()).isTrue();
  }

  @Test
  void blobThatIsAboutToGo_isNotRenewed() {
    ByteString id = sent(1);
    pod.clock.pass(LIFE.minus(MARGIN));

    assertThat(renew(ALICE, id).hasNotFound()).isTrue();
    pod.clock.pass(MARGIN);
    assertThat(renew(ALICE, id).hasNotFound()).isTrue();
    assertThat(renew(ALICE, ByteString.copyFrom(new byte[32])).hasNotFound()).isTrue();
  }

  @Test
  void keptBlob_staysWhenItIsRenewed() {
    ByteString id = keptBlob(1);

    assertThat(renew(BOB, id).getRenewed().getExpiresAtMs()).isZero();
    pod.clock.pass(Duration.ofDays(4_000));
    assertThat(locate(id).getStreamed().getSize()).isEqualTo(1_000);
  }

  @Test
  void sweepJustBeforeARenewal_findsABlobThatLives() throws IOException {
    ByteString id = sent(1);
    pod.clock.pass(LIFE.minus(MARGIN).minusMillis(1));
    pod.store.beforeRenewal = this::sweep;

    assertThat(renew(ALICE, id).hasRenewed()).isTrue();
    assertThat(locate(id).hasStreamed()).isTrue();
  }

  @Test
  void renewalThatStoodStillUntilTheBlobWasSwept_isNotCalledOne() throws IOException {
    ByteString id = sent(1);
    pod.clock.pass(LIFE.minus(MARGIN).minusMillis(1));
    pod.store.beforeRenewal =
        () -> {
          pod.clock.pass(MARGIN.plusMillis(1));
          sweep();
        };

    assertThat(renew(ALICE, id).hasNotFound()).isTrue();
    assertThat(pod.files()).isEmpty();
  }

  @Test
  void renewalThatCameTooLate_isNotCalledOne() {
    ByteString id = sent(1);
    pod.clock.pass(LIFE.minus(MARGIN).minusMillis(1));
    // Whoever looked before the new time was written may be about to remove it.
    pod.store.afterRenewal = () -> pod.clock.pass(MARGIN.plusMillis(1));

    assertThat(renew(ALICE, id).hasNotFound()).isTrue();
  }

  @Test
  void deletedBlob_isGoneAndItsRoomIsBack() throws IOException {
    byte[] most = bytes(1, Pod.QUOTA);
    ByteString id = pod.upload(ALICE).all(kept(most, 1), most).getUploaded().getBlobId();

    assertThat(delete(ALICE, id).hasDeleted()).isTrue();

    assertThat(pod.files()).isEmpty();
    assertThat(locate(id).hasNotFound()).isTrue();
    assertThat(delete(ALICE, id).hasNotFound()).isTrue();
    assertThat(pod.upload(ALICE).all(kept(most, 2), most).hasUploaded()).isTrue();
  }

  @Test
  void blobOfAnother_orInTransit_isNotDeleted() {
    ByteString id = keptBlob(1);
    ByteString transit = sent(2);

    assertThat(delete(BOB, id).hasNotFound()).isTrue();
    assertThat(delete(ALICE, transit).hasNotFound()).isTrue();
    assertThat(locate(id).hasStreamed()).isTrue();
    assertThat(locate(transit).hasStreamed()).isTrue();
  }

  @Test
  void endedAccountsBlob_isDeletedWhateverBrokeItOff_andAnothersStays() throws Exception {
    ByteString id = keptBlob(1);
    BlobName name = BlobIds.name(Shelf.KEPT, id.toByteArray());

    pod.transfers.deleteKept(BOB.account(), name);
    assertThat(locate(id).hasStreamed()).isTrue();
    pod.store.purgesFail = true;
    assertThatThrownBy(() -> pod.transfers.deleteKept(ALICE.account(), name))
        .isInstanceOf(IOException.class);
    assertThat(locate(id).hasNotFound()).isTrue();
    pod.store.purgesFail = false;
    pod.transfers.deleteKept(ALICE.account(), name);
    pod.transfers.deleteKept(ALICE.account(), name);

    assertThat(pod.files()).isEmpty();
  }

  @Test
  void deletionThatBreaksOff_isEndedByTheNextCall() throws IOException {
    ByteString id = keptBlob(1);
    pod.store.purgesFail = true;
    assertThatThrownBy(() -> delete(ALICE, id))
        .satisfies(e -> assertThat(Statuses.reason(e)).contains(Reason.INTERNAL));
    assertThat(locate(id).hasNotFound()).isTrue();

    pod.store.purgesFail = false;
    assertThat(delete(BOB, id).hasNotFound()).isTrue();
    assertThat(delete(ALICE, id).hasDeleted()).isTrue();
    assertThat(pod.files()).isEmpty();
  }

  @Test
  void deletionThatBreaksOff_isEndedByTheSweepOfTheNextProcess() throws IOException {
    byte[] most = bytes(1, Pod.QUOTA);
    ByteString id = pod.upload(ALICE).all(kept(most, 1), most).getUploaded().getBlobId();
    pod.store.purgesFail = true;
    assertThatThrownBy(() -> delete(ALICE, id)).isNotNull();
    pod.close();
    pod = new Pod(folder);

    pod.sweep.step();

    assertThat(pod.files()).isEmpty();
    assertThat(pod.upload(ALICE).all(kept(most, 2), most).hasUploaded()).isTrue();
  }

  @Test
  void uploadOfADeletedBlobsId_isStoredAnewAndCountedOnce() throws IOException {
    byte[] most = bytes(1, Pod.QUOTA);
    ByteString id = pod.upload(ALICE).all(kept(most, 1), most).getUploaded().getBlobId();
    pod.store.purgesFail = true;
    assertThatThrownBy(() -> delete(ALICE, id)).isNotNull();
    pod.store.purgesFail = false;

    assertThat(pod.upload(ALICE).all(kept(most, 1), most).getUploaded().getBlobId()).isEqualTo(id);
    pod.sweep.step();
    assertThat(locate(id).hasStreamed()).isTrue();
    assertThat(pod.begin(ALICE, kept(bytes(2, 1), 2)).hasQuotaExceeded()).isTrue();
  }

  private ByteString sent(int uploadId) {
    return pod.upload(ALICE).all(about(CONTENT, uploadId), CONTENT).getUploaded().getBlobId();
  }

  private ByteString keptBlob(int uploadId) {
    return pod.upload(ALICE).all(kept(CONTENT, uploadId), CONTENT).getUploaded().getBlobId();
  }

  private void sweep() {
    try {
      pod.sweep.step();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private LocateResponse locate(ByteString id) {
    return pod.calls(BOB).locate(LocateRequest.newBuilder().setBlobId(id).build());
  }

  private RenewResponse renew(Caller caller, ByteString id) {
    return pod.calls(caller).renew(RenewRequest.newBuilder().setBlobId(id).build());
  }

  private DeleteResponse delete(Caller caller, ByteString id) {
    return pod.calls(caller).delete(DeleteRequest.newBuilder().setBlobId(id).build());
  }
}
