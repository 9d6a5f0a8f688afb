package sotto.blob.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.transfer.Pod.ALICE;
import static sotto.blob.transfer.Upload.about;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.BlobConfig;
import sotto.blob.BlobService;
import sotto.blob.MemoryDisk;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.mesh.InternalServer;
import sotto.mesh.Telemetry;

final class BlobServiceTest {
  private static final byte[] CONTENT = bytes(1, 10_000);

  @TempDir(factory = MemoryDisk.class)
  private Path folder;

  @Test
  void openedService_keepsBlobsAndIdsOverARestart() throws IOException {
    ByteString id = upload();
    ByteString again = upload();

    assertThat(again).isEqualTo(id);
    assertThat(id.size()).isEqualTo(32);
  }

  @Test
  void anotherFolder_givesOtherIds(@TempDir(factory = MemoryDisk.class) Path other)
      throws IOException {
    ByteString id = upload();
    folder = other;

    assertThat(upload()).isNotEqualTo(id);
  }

  @Test
  void folderInUse_isRefusedAndFreeAfterwards() throws IOException {
    try (var _ = open()) {
      assertThatThrownBy(this::open).hasMessageContaining("in use");
    }
    open().close();
  }

  @Test
  void damagedKey_isAnErrorAndNotANewKey() throws IOException {
    open().close();
    Files.write(folder.resolve("id.key"), new byte[31]);

    assertThatThrownBy(this::open).isInstanceOf(IOException.class).hasMessageContaining("id.key");
  }

  @Test
  void defaultsAreWithinTheirBounds_andBrokenBoundsAreNamed() {
    BlobConfig config = BlobConfig.in(folder);
    assertThat(config.transitLife()).isEqualTo(Duration.ofDays(45));
    assertThat(config.maxBlobBytes()).isGreaterThanOrEqualTo(1L << 30);
    assertThatThrownBy(() ->
            new BlobConfig(
                folder,
                Optional.empty(),
                0,
                config.partBytes(),
                config.transitLife(),
                1,
                config.transitKibPerAccount(),
                1,
                1,
                config.idle(),
                config.sweepEvery(),
                1,
                config.partLife()))
        .hasMessageContaining("max-blob-bytes");
  }

  private ByteString upload() throws IOException {
    try (var blobs = open();
        var server = InternalServer.start("blob-open", blobs.services(), Telemetry.none())) {
      var channel = server.newChannel();
      Upload upload = new Upload(ALICE.on(BlobServiceGrpc.newStub(channel)));
      var answer = upload.all(about(CONTENT, 1), CONTENT);
      channel.shutdownNow();
      return answer.getUploaded().getBlobId();
    }
  }

  private BlobService open() throws IOException {
    return BlobService.open(
        BlobConfig.in(folder), Clock.systemUTC(), new SecureRandom(), Telemetry.none());
  }
}
