package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.BlobConfig;
import sotto.blob.BlobService;
import sotto.mesh.InternalServer;
import sotto.mesh.Telemetry;
import sotto.store.cold.BlobColdStore;
import sotto.store.cold.ColdStore;
import sotto.store.cold.Segment;
import sotto.store.cold.SegmentName;

/// Cold parts of mailboxes between the real store's side and the real blob service.
final class SegmentsTest {
  @TempDir Path folder;
  private BlobService blobs;
  private InternalServer server;
  private ManagedChannel channel;
  private ColdStore store;

  @BeforeEach
  void open() throws Exception {
    blobs =
        BlobService.open(
            BlobConfig.in(folder), Clock.systemUTC(), new SecureRandom(), Telemetry.none());
    server = InternalServer.start("blob-" + UUID.randomUUID(), blobs.services(), Telemetry.none());
    channel = server.newChannel();
    store = new BlobColdStore(channel);
  }

  @AfterEach
  void close() throws Exception {
    channel.shutdownNow();
    server.close();
    blobs.close();
  }

  private static SegmentName name(int n) {
    return SegmentName.random(new Random(n));
  }

  private static ByteString bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private ColdStore.Put put(int name, ByteString bytes) {
    return store.put(name(name), bytes, Clock.systemUTC().millis() + 86_400_000);
  }

  @Test
  void segments_areKeptReadAndDeletedAsTheStoreExpects() {
    ByteString largest = bytes(1, Segment.MOST_BYTES);
    assertThat(put(1, largest)).isEqualTo(ColdStore.Put.KEPT);
    assertThat(put(1, largest)).isEqualTo(ColdStore.Put.KEPT);
    assertThat(put(1, bytes(2, 100))).isEqualTo(ColdStore.Put.MISMATCH);
    assertThat(store.get(name(1))).isEqualTo(new ColdStore.Found(largest));
    assertThat(store.get(name(2))).isEqualTo(new ColdStore.Nothing());
    assertThat(store.delete(List.of(name(1), name(2)))).isTrue();
    assertThat(store.get(name(1))).isEqualTo(new ColdStore.Nothing());
  }

  @Test
  void blobServiceThatIsAway_isUnavailable() {
    assertThat(put(1, bytes(1, 100))).isEqualTo(ColdStore.Put.KEPT);
    server.close();
    assertThat(put(2, bytes(2, 100))).isEqualTo(ColdStore.Put.UNAVAILABLE);
    assertThat(store.get(name(1))).isEqualTo(new ColdStore.Unavailable());
    assertThat(store.delete(List.of(name(1)))).isFalse();
  }
}
