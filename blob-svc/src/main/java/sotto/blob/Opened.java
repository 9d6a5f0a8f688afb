package sotto.blob;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import sotto.blob.folder.FolderBlobStore;
import sotto.blob.s3.S3BlobStore;
import sotto.blob.s3.S3Config;
import sotto.blob.transfer.BlobIds;

/// A store that is open, and the key of its ids.
///
/// @param store to be closed
/// @param ids made with the key
record Opened(BlobStore store, BlobIds ids) {
  static Opened of(BlobConfig config, Clock clock, SecureRandom random) throws IOException {
    Optional<S3Config> bucket = config.s3();
    return bucket.isPresent()
        ? bucket(config, bucket.get(), clock, random)
        : folder(config, random);
  }

  private static Opened folder(BlobConfig config, SecureRandom random) throws IOException {
    var store = FolderBlobStore.open(config.folder());
    try {
      return new Opened(store, BlobIds.openOrCreate(config.folder(), random));
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static Opened bucket(BlobConfig config, S3Config bucket, Clock clock, SecureRandom random)
      throws IOException {
    var store = S3BlobStore.open(bucket, config.folder().resolve("spool"), clock, random);
    try {
      byte[] fresh = new byte[BlobIds.KEY_LENGTH];
      random.nextBytes(fresh);
      return new Opened(store, new BlobIds(store.idKey(fresh)));
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }
}
