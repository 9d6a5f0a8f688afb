package sotto.client.internal.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import sotto.blob.v1.SignedRequest;
import sotto.client.SottoException;
import sotto.client.SottoException.Code;

/// Parts and ranges of blobs over HTTP, at places that the server names and that are believed
/// nothing: no redirects, no cookies, no credentials, answers bounded. What goes there is
/// ciphertext of which the server knows size and digest; what comes is checked by its reader. They
/// block.
public final class DirectHttp implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration STALLED = Duration.ofSeconds(30);

  /// The slowest network that a part gets through, bytes a second.
  private static final long SLOWEST = 16 * 1024;

  private final Optional<String> trustedCa;
  private final ReentrantLock lock = new ReentrantLock();
  private Optional<HttpClient> client = Optional.empty(); // guarded by lock
  private boolean closed; // guarded by lock

  private DirectHttp(Optional<String> trustedCa) {
    this.trustedCa = trustedCa;
  }

  /// Over HTTP, or HTTPS with servers that this CA or the platform vouches for.
  ///
  /// @param trustedCa certificates in PEM form that may sign, instead of those of the platform
  public static DirectHttp trusting(Optional<String> trustedCa) {
    return new DirectHttp(trustedCa);
  }

  /// The client, made when it is first needed: most connections need none.
  private HttpClient client() {
    lock.lock();
    try {
      if (closed) {
        throw SottoException.of(Code.SERVER_UNREACHABLE, "The connection is over.");
      }
      if (client.isEmpty()) {
        HttpClient.Builder builder =
            HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT);
        trustedCa.ifPresent(pem -> builder.sslContext(tls(pem)));
        client = Optional.of(builder.build());
      }
      return client.get();
    } finally {
      lock.unlock();
    }
  }

  private static SSLContext tls(String pem) {
    try {
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509")
              .generateCertificates(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))) {
        trusted.setCertificateEntry("ca" + number++, certificate);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException | IOException e) {
      throw SottoException.of(
          Code.INVALID_INPUT, "The trusted CA cannot be read as a certificate.", e);
    }
  }

  /// Sends a part of a file.
  ///
  /// @param from its first byte
  /// @param length how many there are
  /// @throws DirectRefused if it is not taken
  public void put(SignedRequest request, Path file, long from, long length) throws DirectRefused {
    HttpRequest.BodyPublisher body =
        BodyPublishers.fromPublisher(
            BodyPublishers.ofInputStream(() -> range(file, from, length)), length);
    HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer =
        send(
            builder(request, STALLED.plusSeconds(length / SLOWEST)).PUT(body).build(),
            "a part was not taken");
    HttpBody.discard(answer.body());
    if (answer.statusCode() / 100 != 2) {
      throw new DirectRefused("a part was answered with status " + answer.statusCode());
    }
  }

  private static InputStream range(Path file, long from, long length) {
    try {
      FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
      channel.position(from);
      return new Bounded(Channels.newInputStream(channel), length);
    } catch (IOException e) {
      return new InputStream() {
        @Override
        public int read() throws IOException {
          throw e;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
          throw e;
        }
      };
    }
  }

  /// Opens a blob.
  ///
  /// @param offset the first byte wanted
  /// @param size how many bytes the whole blob has
  /// @return its bytes from there on, never more than there should be
  /// @throws DirectRefused if they are not to be had like that
  public InputStream get(SignedRequest request, long offset, long size) throws DirectRefused {
    HttpRequest.Builder builder = builder(request, STALLED);
    if (offset > 0) {
      builder.header("range", "bytes=" + offset + "-");
    }
    HttpResponse<Flow.Publisher<List<ByteBuffer>>> answer =
        send(builder.GET().build(), "a blob is not there");
    boolean whole = answer.statusCode() == 200 && offset == 0;
    boolean part =
        answer.statusCode() == 206
            && answer
                .headers()
                .firstValue("content-range")
                .filter(("bytes " + offset + "-" + (size - 1) + "/" + size)::equals)
                .isPresent();
    if (!whole && !part) {
      HttpBody.discard(answer.body());
      throw new DirectRefused("a range was answered with status " + answer.statusCode());
    }
    return new Bounded(HttpBody.reading(answer.body(), STALLED), size - offset);
  }

  private static HttpRequest.Builder builder(SignedRequest request, Duration patience)
      throws DirectRefused {
    SignedUrl place = SignedUrl.of(request);
    try {
      HttpRequest.Builder builder = HttpRequest.newBuilder(place.uri()).timeout(patience);
      place.headers().forEach(builder::header);
      return builder;
    } catch (IllegalArgumentException e) {
      throw new DirectRefused("a URL or header that cannot be sent", e);
    }
  }

  private HttpResponse<Flow.Publisher<List<ByteBuffer>>> send(HttpRequest request, String failure)
      throws DirectRefused {
    try {
      return client().send(request, BodyHandlers.ofPublisher());
    } catch (IOException e) {
      throw new DirectRefused(failure, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SottoException.of(Code.CLOSED, "This home was closed.", e);
    }
  }

  @Override
  public void close() {
    Optional<HttpClient> last;
    lock.lock();
    try {
      closed = true;
      last = client;
    } finally {
      lock.unlock();
    }
    last.ifPresent(HttpClient::shutdownNow);
  }

  /// So many bytes of a stream and no more.
  private static final class Bounded extends InputStream {
    private final InputStream in;
    private long left;

    Bounded(InputStream in, long length) {
      this.in = in;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int read = in.read(into, offset, (int) Math.min(left, length));
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
