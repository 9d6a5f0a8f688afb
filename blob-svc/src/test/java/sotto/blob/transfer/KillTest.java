package sotto.blob.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.transfer.Pod.ALICE;
import static sotto.blob.transfer.Upload.about;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class KillTest {
  @TempDir private Path folder;

  @Test
  void killedMidUpload_isGoneOnWithFromTheLastWholePart() throws Exception {
    Process process = startUploader();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("half");
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(process.exitValue()).as("SIGKILL").isEqualTo(137);
    try (var parts = Files.list(folder.resolve("parts"))) {
      assertThat(parts).hasSize(2);
    }

    try (var pod = new Pod(folder)) {
      byte[] content = bytes(1, 1_000_000);
      var answer = pod.goOn(ALICE, about(content, 1), content, Pod.PART);
      assertThat(answer.hasUploaded()).isTrue();
      Download download = pod.download(ALICE).start(answer.getUploaded().getBlobId());
      assertThat(download.size()).isEqualTo(1_000_000);
      assertThat(download.rest()).isEqualTo(content);
    }
  }

  private Process startUploader() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            UploaderMain.class.getName(),
            folder.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
