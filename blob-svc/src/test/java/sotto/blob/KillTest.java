package sotto.blob;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.Pod.ALICE;
import static sotto.blob.Upload.about;

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
  void killedMidUpload_leavesOnlyAPartThatTheNextStartRemoves() throws Exception {
    Process process = startUploader();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(output.readLine()).isEqualTo("half");
    } finally {
      process.destroyForcibly();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }
    assertThat(process.exitValue()).as("SIGKILL").isEqualTo(137);
    try (var parts = Files.list(folder.resolve("parts"))) {
      assertThat(parts).hasSize(1);
    }

    try (var pod = new Pod(folder)) {
      assertThat(pod.files()).isEmpty();
      byte[] content = bytes(1, 1_000_000);
      var answer = pod.upload(ALICE).all(about(content, 1), content);
      assertThat(answer.hasUploaded()).isTrue();
      assertThat(pod.download(ALICE).start(answer.getUploaded().getBlobId()).size())
          .isEqualTo(1_000_000);
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
