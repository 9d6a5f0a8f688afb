package sotto.blob.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.transfer.Pod.ALICE;
import static sotto.blob.transfer.Pod.BOB;
import static sotto.blob.transfer.Upload.about;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.v1.UploadResponse;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// A file system that is really full. It is a small one in memory, which only root may mount.
final class FullDiskTest {
  private static final byte[] CONTENT = bytes(1, 6 * Pod.PART);

  @TempDir private Path folder;
  private Pod pod;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder.toString()), "not root");
    pod = new Pod(folder);
  }

  @AfterEach
  void close() throws Exception {
    if (pod != null) {
      pod.close();
      run("umount", "-l", folder.toString());
    }
  }

  @Test
  void diskThatIsFullInAnUpload_isStorageFull_andTheUploadGoesOnWhenThereIsRoom()
      throws IOException {
    int most = 2 * Pod.PART + 100_000;
    Upload upload = pod.upload(ALICE).start(about(CONTENT, 1)).send(Arrays.copyOf(CONTENT, most));
    pod.awaitWritten(most);
    fill();
    upload.send(Arrays.copyOfRange(CONTENT, most, 5 * Pod.PART));

    assertThat(Statuses.reason(upload.failure())).contains(Reason.STORAGE_FULL);
    assertThat(Statuses.retryable(upload.failure())).isTrue();
    Upload again = pod.upload(ALICE).start(about(CONTENT, 1).setOffset(2 * Pod.PART));
    again.send(Arrays.copyOfRange(CONTENT, 2 * Pod.PART, 5 * Pod.PART));
    assertThat(Statuses.reason(again.failure())).as("still").contains(Reason.STORAGE_FULL);
    assertThat(Statuses.reason(pod.upload(BOB).start(about(CONTENT, 2)).send(CONTENT).failure()))
        .as("a new one")
        .contains(Reason.STORAGE_FULL);

    Files.delete(filler());
    UploadResponse answer = pod.goOn(ALICE, about(CONTENT, 1), CONTENT, 2 * Pod.PART);
    assertThat(answer.hasUploaded()).isTrue();
    var download = pod.download(BOB).start(answer.getUploaded().getBlobId());
    assertThat(download.size()).isEqualTo(CONTENT.length);
    assertThat(download.rest()).isEqualTo(CONTENT);
  }

  private Path filler() {
    return folder.resolve("filler");
  }

  private void fill() {
    assertThatThrownBy(
            () -> {
              try (var out = Files.newOutputStream(filler())) {
                while (true) {
                  out.write(new byte[4_096]);
                }
              }
            })
        .isInstanceOf(IOException.class);
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }
}
