package sotto.blob.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.BlobStoreContract.name;
import static sotto.blob.BlobStoreContract.read;
import static sotto.blob.BlobStoreContract.record;
import static sotto.blob.BlobStoreContract.writeTo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.BlobName;
import sotto.blob.BlobStore;
import sotto.blob.Shelf;
import sotto.mesh.CertificateAuthority;

/// An S3 whose certificate is from an authority that only the settings name.
@Tag("s3")
final class HttpsTest {
  private static final int PART = 5 << 20;

  @TempDir private Path folder;

  private Path ca;
  private RealS3 s3;

  @BeforeEach
  void start() throws IOException {
    var authority = authority("own");
    ca = authority.file();
    s3 = RealS3.secure(authority.issueServer(List.of("127.0.0.1", "localhost")), ca);
  }

  @AfterEach
  void stop() {
    s3.stop();
  }

  @Test
  void bucketOfAnOwnAuthority_isUsed_alsoByClientsThatTrustIt() throws Exception {
    byte[] content = bytes(1, PART + 1_000);
    BlobName name = name(Shelf.TRANSIT, 1);
    assertThat(s3.config().endpoint().scheme()).isEqualTo("https");
    try (S3BlobStore store = open(Optional.of(ca))) {
      try (BlobStore.Parts parts = store.start(name, record(content), PART)) {
        writeTo(parts, content, PART);
        parts.write(ByteBuffer.wrap(content, PART, 1_000));
        parts.commit(record(content));
      }
      assertThat(read(store, name)).isEqualTo(content);
      assertThat(store.removeAbandoned(Instant.MAX)).as("lists, signed").isZero();

      String url = store.direct().orElseThrow().place(name).orElseThrow().url();
      var trusting = new OkHttpClient.Builder();
      S3Trust.only(ca, trusting);
      try (var answer =
          trusting.build().newCall(new Request.Builder().url(url).build()).execute()) {
        assertThat(answer.body().bytes()).isEqualTo(content);
      }
      try (var stranger = HttpClient.newHttpClient()) {
        assertThatThrownBy(() ->
                stranger.send(
                    HttpRequest.newBuilder(URI.create(url)).build(),
                    HttpResponse.BodyHandlers.discarding()))
            .isInstanceOf(SSLException.class);
      }
    }
  }

  @Test
  void bucketOfAnotherAuthority_isNotUsed() throws IOException {
    Path other = authority("other").file();

    for (Optional<Path> trusted : List.of(Optional.<Path>empty(), Optional.of(other))) {
      assertThatThrownBy(() -> open(trusted)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void fileWithoutACertificate_isNamed() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty.pem"), "");

    assertThatThrownBy(() -> open(Optional.of(empty)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("empty.pem");
  }

  private CertificateAuthority authority(String name) throws IOException {
    return CertificateAuthority.openOrCreate(
        Files.createDirectories(folder.resolve(name)), Clock.systemUTC(), new SecureRandom());
  }

  private S3BlobStore open(Optional<Path> trusted) throws IOException {
    S3Config right = s3.config();
    var config =
        new S3Config(
            right.endpoint(),
            Optional.empty(),
            right.region(),
            right.bucket(),
            right.accessKey(),
            right.secretKey(),
            true,
            true,
            trusted);
    return S3BlobStore.open(config, folder.resolve("spool"), Clock.systemUTC(), new SecureRandom());
  }
}
