package sotto.blob.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.transfer.Pod.ALICE;
import static sotto.blob.transfer.Pod.BOB;
import static sotto.blob.transfer.Upload.about;
import static sotto.blob.transfer.Upload.kept;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.Digest;
import sotto.blob.s3.RealS3;
import sotto.blob.s3.S3BlobStore;
import sotto.blob.v1.BeginRequest;
import sotto.blob.v1.BeginResponse;
import sotto.blob.v1.FinishRequest;
import sotto.blob.v1.LocateRequest;
import sotto.blob.v1.SignPartsRequest;
import sotto.blob.v1.SignedRequest;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;
import sotto.mesh.Caller;

/// Contents that clients exchange with a real S3 themselves.
@Tag("s3")
final class DirectTest {
  private static final int PART = 5 << 20;
  private static final byte[] CONTENT = bytes(1, 2 * PART + 1_000);
  private static final int OK = 200;

  @TempDir private Path folder;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private Pod pod;

  @BeforeEach
  void open() throws IOException {
    RealS3.get().empty();
    pod =
        Pod.over(
            folder,
            S3BlobStore.open(
                RealS3.get().config(),
                folder.resolve("spool"),
                Clock.systemUTC(),
                new SecureRandom()),
            PART);
  }

  @AfterEach
  void close() throws IOException {
    pod.close();
    http.close();
  }

  @Test
  void partsSentToTheStore_becomeABlobThatIsHadFromTheStore() throws Exception {
    var start = about(CONTENT, 1);
    var position = begin(start).getPosition();
    assertThat(position.getDirect()).isTrue();
    assertThat(position.getPartSize()).isEqualTo(PART);
    List<SignedRequest> parts = sign(ALICE, start, 0, part(0), part(1), part(2));
    assertThat(parts).hasSize(3);
    for (int i = 0; i < 3; i++) {
      assertThat(put(parts.get(i), part(i))).isEqualTo(OK);
      assertThat(parts.get(i).getExpiresAtMs() - System.currentTimeMillis())
          .isLessThanOrEqualTo(Duration.ofMinutes(15).toMillis());
    }

    UploadResponse answer = finish(start);
    ByteString id = answer.getUploaded().getBlobId();

    assertThat(finish(start)).as("repeated").isEqualTo(answer);
    var place = pod.calls(BOB).locate(LocateRequest.newBuilder().setBlobId(id).build());
    assertThat(place.getDirect().getSize()).isEqualTo(CONTENT.length);
    assertThat(get(place.getDirect().getRequest(), "bytes=0-")).isEqualTo(CONTENT);
    assertThat(get(place.getDirect().getRequest(), "bytes=100-1099"))
        .isEqualTo(Arrays.copyOfRange(CONTENT, 100, 1_100));
    Download streamed = pod.download(BOB).start(id);
    assertThat(streamed.size()).isEqualTo(CONTENT.length);
    assertThat(streamed.rest()).isEqualTo(CONTENT);
    assertThat(RealS3.get().keys()).hasSize(2);
  }

  @Test
  void bodyThatIsLongerShorterOrDifferent_isRefusedByTheStore() throws Exception {
    var start = about(CONTENT, 1);
    begin(start);
    SignedRequest signed = sign(ALICE, start, 0, part(0)).getFirst();
    byte[] different = part(0);
    different[77] ^= 1;

    assertThat(put(signed, different)).as("different").isNotEqualTo(OK);
    assertThat(put(signed, Arrays.copyOf(part(0), PART - 1))).as("shorter").isNotEqualTo(OK);
    assertThat(put(signed, Arrays.copyOf(part(0), PART + 1))).as("longer").isNotEqualTo(OK);
    assertThat(begin(start).getPosition().getCommitted()).isZero();
    assertThat(put(signed, part(0))).isEqualTo(OK);
    assertThat(begin(start).getPosition().getCommitted()).isEqualTo(PART);
  }

  @Test
  void signedRequestWithAnotherDigestPartOrMethod_isRefusedByTheStore() throws Exception {
    var start = about(CONTENT, 1);
    begin(start);
    SignedRequest signed = sign(ALICE, start, 0, part(0)).getFirst();

    var otherDigest = signed.toBuilder();
    sign(ALICE, start, 0, part(1)).getFirst().getHeadersMap().forEach(otherDigest::putHeaders);
    assertThat(put(otherDigest.build(), part(1))).isNotEqualTo(OK);
    var otherPart =
        signed.toBuilder().setUrl(signed.getUrl().replace("partNumber=1", "partNumber=2"));
    assertThat(put(otherPart.build(), part(0))).isNotEqualTo(OK);
    assertThat(
            http.send(
                    HttpRequest.newBuilder(URI.create(signed.getUrl())).GET().build(),
                    HttpResponse.BodyHandlers.discarding())
                .statusCode())
        .isNotEqualTo(OK);
  }

  @Test
  void uploadThatLacksParts_isNotFinished_andGoesOnWhereItIs() throws Exception {
    var start = about(CONTENT, 1);
    begin(start);
    List<SignedRequest> parts = sign(ALICE, start, 0, part(0), part(1), part(2));
    put(parts.get(0), part(0));
    put(parts.get(2), part(2));

    var answer = finish(start);

    assertThat(answer.getElsewhere().getCommitted()).isEqualTo(PART);
    assertThat(answer.getElsewhere().getDirect()).isTrue();
    assertThat(begin(start).getPosition().getCommitted()).isEqualTo(PART);
    put(parts.get(1), part(1));
    assertThat(finish(start).hasUploaded()).isTrue();
  }

  @Test
  void uploadWhosePartsAreAllThere_isThereForBegin() throws Exception {
    var start = about(CONTENT, 1);
    begin(start);
    List<SignedRequest> parts = sign(ALICE, start, 0, part(0), part(1), part(2));
    for (int i = 0; i < 3; i++) {
      put(parts.get(i), part(i));
    }

    assertThat(begin(start).hasUploaded()).isTrue();
  }

  @Test
  void requestsOfAFinishedUpload_areOfNoUse() throws Exception {
    var start = about(CONTENT, 1);
    begin(start);
    List<SignedRequest> parts = sign(ALICE, start, 0, part(0), part(1), part(2));
    for (int i = 0; i < 3; i++) {
      put(parts.get(i), part(i));
    }
    finish(start);

    assertThat(put(parts.get(0), part(0))).isNotEqualTo(OK);
    assertThat(sign(ALICE, start, 0, part(0))).isEmpty();
  }

  @Test
  void uploadThatWasNotBegun_orIsAnothersOrOther_isNotSigned() {
    var start = about(CONTENT, 1);
    assertThat(sign(ALICE, start, 0, part(0))).isEmpty();
    begin(start);

    assertThat(sign(BOB, start, 0, part(0))).isEmpty();
    assertThat(sign(ALICE, about(bytes(2, CONTENT.length), 1), 0, part(0))).isEmpty();
    assertThat(sign(ALICE, start, 3, part(0))).as("behind the end").isEmpty();
    assertThat(finishAs(BOB, start).hasElsewhere()).isTrue();
  }

  @Test
  void clientThatCannot_streamsTheSameUploadFromItsStart() throws Exception {
    var start = about(CONTENT, 1);
    begin(start);
    put(sign(ALICE, start, 0, part(0)).getFirst(), part(0));

    var position = pod.begin(ALICE, start).getPosition();
    assertThat(position.getDirect()).isFalse();
    assertThat(position.getCommitted()).isZero();
    assertThat(pod.upload(ALICE).all(start, CONTENT).hasUploaded()).isTrue();
    assertThat(RealS3.get().keys()).hasSize(2);
  }

  @Test
  void smallBlob_isStreamed() {
    byte[] small = bytes(1, 1_000);
    var answer = begin(about(small, 1)).getPosition();
    assertThat(answer.getDirect()).isFalse();

    ByteString id = pod.upload(ALICE).all(about(small, 1), small).getUploaded().getBlobId();
    assertThat(
            pod.calls(BOB).locate(LocateRequest.newBuilder().setBlobId(id).build()).hasStreamed())
        .isTrue();
  }

  @Test
  void keptUploadBeyondTheQuota_isRefusedBeforeItIsBegun() throws Exception {
    assertThat(begin(kept(CONTENT, 1)).hasQuotaExceeded()).isTrue();
    assertThat(RealS3.get().keys()).isEmpty();
  }

  private BeginResponse begin(UploadStart.Builder start) {
    return pod.calls(ALICE)
        .begin(BeginRequest.newBuilder().setBlob(start.getBlob()).setDirect(true).build());
  }

  private List<SignedRequest> sign(
      Caller caller, UploadStart.Builder start, int first, byte[]... parts) {
    var request = SignPartsRequest.newBuilder().setBlob(start.getBlob()).setFirstPart(first);
    for (byte[] part : parts) {
      request.addPartSha256(ByteString.copyFrom(Digest.of(part).bytes()));
    }
    return pod.calls(caller).signParts(request.build()).getPartsList();
  }

  private UploadResponse finish(UploadStart.Builder start) {
    return finishAs(ALICE, start);
  }

  private UploadResponse finishAs(Caller caller, UploadStart.Builder start) {
    return pod.calls(caller).finish(FinishRequest.newBuilder().setBlob(start.getBlob()).build());
  }

  private static byte[] part(int number) {
    int from = number * PART;
    return Arrays.copyOfRange(CONTENT, from, Math.min(CONTENT.length, from + PART));
  }

  /// The status; 0 if the connection breaks.
  private int put(SignedRequest signed, byte[] body) throws InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(signed.getUrl()))
            .timeout(Duration.ofSeconds(20))
            .PUT(HttpRequest.BodyPublishers.ofByteArray(body));
    signed
        .getHeadersMap()
        .forEach((name, value) -> {
          // The client sends the length of what it has.
          if (!name.equals("content-length")) {
            request.header(name, value);
          }
        });
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  private byte[] get(SignedRequest signed, String range) throws Exception {
    var request = HttpRequest.newBuilder(URI.create(signed.getUrl())).header("Range", range);
    signed.getHeadersMap().forEach(request::header);
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray()).body();
  }
}
