package sotto.blob.transfer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import sotto.blob.BlobStoreContract;

/// A process of its own that receives half an upload and then waits to be killed. Prints `half`
/// when the bytes are in the file.
final class UploaderMain {
  private UploaderMain() {}

  public static void main(String[] args) throws IOException {
    byte[] content = BlobStoreContract.bytes(1, 1_000_000);
    try (var pod = new Pod(Path.of(args[0]))) {
      Upload upload =
          pod.upload(Pod.ALICE)
              .start(Upload.about(content, 1))
              .send(Arrays.copyOf(content, 500_000));
      pod.awaitBytes(500_000);
      pod.awaitCommitted(Pod.PART);
      System.out.println("half");
      System.out.flush();
      long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (System.nanoTime() < end) {
        LockSupport.parkNanos(Duration.ofSeconds(60).toNanos());
      }
      upload.vanish();
    }
  }
}
