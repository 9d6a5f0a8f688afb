package sotto.blob.s3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static sotto.blob.BlobStoreContract.bytes;
import static sotto.blob.BlobStoreContract.name;
import static sotto.blob.BlobStoreContract.record;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.blob.BlobName;
import sotto.blob.BlobStore;
import sotto.blob.Digest;
import sotto.blob.Shelf;
import sotto.blob.SignedCall;

/// Signed requests where clients reach the S3 by another name than the service. The name leads
/// nowhere: the requests go to the MinIO as a proxy would bring them, with that name as their host.
@Tag("s3")
final class PublicEndpointTest {
  private static final S3Endpoint PUBLIC = S3Endpoint.parse("http://" + RealS3.DOMAIN + ":8443");
  private static final int STATUS_AT = "HTTP/1.1 ".length();
  private static final String OK = "200";
  private static final String FORBIDDEN = "403";

  @TempDir private Path spool;

  @BeforeEach
  void empty() throws IOException {
    assumeTrue(RealS3.get().isOurs());
    RealS3.get().empty();
  }

  @Test
  void blobIsHadByTheNameThatClientsKnow() throws IOException {
    byte[] content = bytes(1, 5 << 20);
    BlobName name = name(Shelf.TRANSIT, 1);
    try (S3BlobStore store =
            S3BlobStore.open(config(true), spool, Clock.systemUTC(), new SecureRandom());
        BlobStore.Parts parts = store.start(name, record(content), 5 << 20)) {
      parts.write(ByteBuffer.wrap(content));
      parts.commit(record(content));

      SignedCall place = store.direct().orElseThrow().place(name).orElseThrow();
      assertThat(place.url()).startsWith("http://s3.test:8443/sotto/content/");
      assertThat(exchange("GET", place, new byte[0]).body()).isEqualTo(text(content));
    }
  }

  @Test
  void bucketInThePathOrInTheHost_isSignedAsItIsAsked() throws IOException {
    byte[] body = bytes(2, 1_000);
    for (boolean pathStyle : new boolean[] {true, false}) {
      var presigner = new Presigner(config(pathStyle), PUBLIC, Clock.systemUTC());
      var headers =
          Map.of(
              "content-length",
              "1000",
              "x-amz-checksum-sha256",
              Base64.getEncoder().encodeToString(Digest.of(body).bytes()));
      SignedCall put = presigner.sign("PUT", "some/thing", Map.of(), headers);
      assertThat(put.url())
          .startsWith(
              pathStyle
                  ? "http://s3.test:8443/sotto/some/thing?"
                  : "http://sotto.s3.test:8443/some/thing?");

      assertThat(exchange("PUT", put, body).status()).isEqualTo(OK);
      SignedCall get = presigner.sign("GET", "some/thing", Map.of(), Map.of());
      assertThat(exchange("GET", get, new byte[0]).body()).isEqualTo(text(body));
      assertThat(RealS3.get().keys()).containsExactly("some/thing");
      assertThat(exchange("PUT", put, bytes(3, 1_000)).status()).as("other bytes").isNotEqualTo(OK);
      var elsewhere =
          new SignedCall(put.url().replace(":8443", ":8444"), put.headers(), put.expiresAtMillis());
      assertThat(exchange("PUT", elsewhere, body).status()).as("other host").isEqualTo(FORBIDDEN);
      RealS3.get().empty();
    }
  }

  /// @param body a character a byte
  private record Answer(String status, String body) {}

  private static String text(byte[] bytes) {
    return new String(bytes, ISO_8859_1);
  }

  private static Answer exchange(String method, SignedCall call, byte[] body) throws IOException {
    URI uri = URI.create(call.url());
    var head = new StringBuilder(method + " " + uri.getRawPath() + "?" + uri.getRawQuery());
    head.append(" HTTP/1.1\r\nHost: ").append(uri.getRawAuthority());
    head.append("\r\nConnection: close\r\n");
    call.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    int port = RealS3.get().config().endpoint().uri().getPort();
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      var request = new ByteArrayOutputStream();
      request.writeBytes((head + "\r\n").getBytes(ISO_8859_1));
      request.writeBytes(body);
      socket.getOutputStream().write(request.toByteArray());
      var all = new ByteArrayOutputStream();
      try {
        socket.getInputStream().transferTo(all);
      } catch (SocketException e) {
        // Who refuses without reading the body may reset the connection behind his answer.
        if (all.size() == 0) {
          throw e;
        }
      }
      String text = all.toString(ISO_8859_1);
      int end = text.indexOf("\r\n\r\n");
      return new Answer(text.substring(STATUS_AT, STATUS_AT + 3), text.substring(end + 4));
    }
  }

  private static S3Config config(boolean pathStyle) {
    S3Config internal = RealS3.get().config();
    return new S3Config(
        internal.endpoint(),
        Optional.of(PUBLIC),
        internal.region(),
        internal.bucket(),
        internal.accessKey(),
        internal.secretKey(),
        pathStyle,
        true,
        Optional.empty());
  }
}
