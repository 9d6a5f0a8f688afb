package sotto.blob.cold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.BlobConfig;
import sotto.blob.BlobService;
import sotto.blob.BlobStore;
import sotto.blob.Digest;
import sotto.blob.folder.FolderBlobStore;
import sotto.cold.v1.ColdServiceGrpc;
import sotto.cold.v1.DeleteSegmentsRequest;
import sotto.cold.v1.GetSegmentRequest;
import sotto.cold.v1.GetSegmentResponse;
import sotto.cold.v1.PutSegmentRequest;
import sotto.cold.v1.PutSegmentResponse;
import sotto.mesh.InternalServer;
import sotto.mesh.Telemetry;
import sotto.mesh.testing.HandClock;
import sotto.proto.Reason;
import sotto.proto.Statuses;

/// Segments on the folder's own shelf, called as stores call it.
final class SegmentServiceTest {
  private static final int LARGEST = 2 << 20;

  @TempDir Path folder;
  private final HandClock clock = new HandClock();
  private BlobService blobs;
  private InternalServer server;
  private ManagedChannel channel;

  @BeforeEach
  void open() throws IOException {
    blobs = BlobService.open(BlobConfig.in(folder), clock, new SecureRandom(), Telemetry.none());
    server = InternalServer.start("blob-" + UUID.randomUUID(), blobs.services(), Telemetry.none());
    channel = server.newChannel();
  }

  @AfterEach
  void close() throws IOException {
    channel.shutdownNow();
    server.close();
    blobs.close();
  }

  private ColdServiceGrpc.ColdServiceBlockingStub stub() {
    return ColdServiceGrpc.newBlockingStub(channel);
  }

  private static ByteString bytes(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static ByteString name(int n) {
    return bytes(-n, 32);
  }

  private PutSegmentRequest request(int name, ByteString content) {
    return PutSegmentRequest.newBuilder()
        .setName(name(name))
        .setContent(content)
        .setSha256(ByteString.copyFrom(Digest.of(content.toByteArray()).bytes()))
        .setExpiresAtMs(clock.millis() + Duration.ofDays(30).toMillis())
        .build();
  }

  private PutSegmentResponse put(int name, ByteString content) {
    return stub().putSegment(request(name, content));
  }

  private GetSegmentResponse get(int name) {
    return stub().getSegment(GetSegmentRequest.newBuilder().setName(name(name)).build());
  }

  private void delete(int... names) {
    DeleteSegmentsRequest.Builder request = DeleteSegmentsRequest.newBuilder();
    for (int name : names) {
      request.addNames(name(name));
    }
    assertThat(stub().deleteSegments(request.build())).isNotNull();
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("cold"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void segment_isReadAsItWasPutAndGoneWhenItIsDeleted() {
    ByteString content = bytes(1, LARGEST);
    assertThat(put(1, content).hasKept()).isTrue();
    assertThat(put(2, bytes(2, 1)).hasKept()).isTrue();
    assertThat(get(1).getContent()).isEqualTo(content);
    delete(1, 3);
    assertThat(get(1).hasNotFound()).isTrue();
    assertThat(get(2).getContent()).isEqualTo(bytes(2, 1));
    delete(1);
  }

  @Test
  void sameBytesAgain_areKeptAndOthersUnderTheNameAreNot() {
    assertThat(put(1, bytes(1, 1000)).hasKept()).isTrue();
    assertThat(put(1, bytes(1, 1000)).hasKept()).isTrue();
    assertThat(put(1, bytes(2, 1000)).hasMismatch()).isTrue();
    assertThat(get(1).getContent()).isEqualTo(bytes(1, 1000));
  }

  @Test
  void contentOfAnotherDigest_leavesNothing() throws Exception {
    PutSegmentRequest wrong =
        request(1, bytes(1, 1000)).toBuilder().setContent(bytes(2, 1000)).build();
    assertThat(stub().putSegment(wrong).hasMismatch()).isTrue();
    assertThat(get(1).hasNotFound()).isTrue();
    assertThat(files()).isEmpty();
  }

  @Test
  void segmentAboveTwoMebibytes_isOutOfBounds() {
    assertThatThrownBy(() -> put(1, bytes(1, LARGEST + 1)))
        .matches(e -> Statuses.reason(e).equals(Optional.of(Reason.FIELD_OUT_OF_BOUNDS)));
  }

  @Test
  void damagedFile_isAnsweredAsOtherBytes() throws Exception {
    assertThat(put(1, bytes(1, 1000)).hasKept()).isTrue();
    Path file = files().getFirst();
    byte[] stored = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(stored, stored.length - 10));
    assertThat(get(1).getContent().size()).isEqualTo(990);
    Files.write(file, new byte[10]);
    assertThat(get(1).getContent()).isEqualTo(ByteString.EMPTY);
  }

  @Test
  void forgottenSegment_goesWhenItsTimeIsOver() throws Exception {
    assertThat(put(1, bytes(1, 1000)).hasKept()).isTrue();
    blobs.close();
    try (BlobStore store = FolderBlobStore.open(folder)) {
      var sweep = new SegmentSweep(store, clock, Duration.ofHours(1), 2);
      clock.pass(Duration.ofDays(29));
      sweep.step();
      assertThat(files()).hasSize(1);
      clock.pass(Duration.ofDays(1));
      sweep.step();
      assertThat(files()).isEmpty();
    }
  }
}
