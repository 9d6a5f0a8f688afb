package sotto.blob.s3;

import io.minio.AbortMultipartUploadArgs;
import io.minio.CompleteMultipartUploadArgs;
import io.minio.CreateMultipartUploadArgs;
import io.minio.GetObjectArgs;
import io.minio.HeadObjectArgs;
import io.minio.Http;
import io.minio.ListObjectsV2Args;
import io.minio.ListPartsArgs;
import io.minio.MinioAsyncClient;
import io.minio.PutObjectAPIArgs;
import io.minio.RemoveObjectArgs;
import io.minio.UploadPartArgs;
import io.minio.messages.Part;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;

/// The plain operations on a bucket, blocking, with what their failures mean. Thread-safe.
final class Bucket implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  // Longest silence on a connection, and longest operation: a part of 256 MiB at a few MiB a
  // second.
  private static final Duration SILENCE = Duration.ofSeconds(20);
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final int AT_ONCE = 1_000;
  private static final int IDLE_CONNECTIONS = 32;

  private final S3Config config;
  private final OkHttpClient http;
  private final MinioAsyncClient client;
  private final Multiparts multiparts;

  /// An object in a listing.
  record Item(String key, Instant modified, long size) {}

  /// A multipart upload under way.
  record Multipart(String key, String uploadId, Instant begun) {}

  /// A part of a multipart upload.
  ///
  /// @param sha256 in Base64, if the upload was created with checksums
  record Sent(int number, long size, String etag, Optional<String> sha256) {}

  /// What became of the end of a multipart upload.
  enum Completed {
    /// The object is there.
    DONE,
    /// There is no such upload, or no more.
    NO_SUCH_UPLOAD,
    /// A part is another than was named.
    OTHER_PARTS
  }

  private Bucket(S3Config config, OkHttpClient http, MinioAsyncClient client) {
    this.config = config;
    this.http = http;
    this.client = client;
    this.multiparts =
        new Multiparts(http, new Presigner(config, config.endpoint(), Clock.systemUTC()));
  }

  /// Connects to nothing yet.
  ///
  /// @throws IOException if the file of trusted certificates cannot be used
  static Bucket open(S3Config config) throws IOException {
    var dispatcher =
        new Dispatcher(
            Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("blob-s3-", 0).factory()));
    dispatcher.setMaxRequests(AT_ONCE);
    dispatcher.setMaxRequestsPerHost(AT_ONCE);
    var builder =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .connectionPool(new ConnectionPool(IDLE_CONNECTIONS, 1, TimeUnit.MINUTES))
            .connectTimeout(CONNECT)
            .readTimeout(SILENCE)
            .writeTimeout(SILENCE)
            .followRedirects(false);
    if (config.ca().isPresent()) {
      S3Trust.only(config.ca().get(), builder);
    }
    var http = builder.build();
    var client =
        MinioAsyncClient.builder()
            .endpoint(config.endpoint().toString())
            .region(config.region())
            .credentials(config.accessKey(), config.secretKey())
            .httpClient(http)
            .build();
    if (config.pathStyle()) {
      client.disableVirtualStyleEndpoint();
    } else {
      client.enableVirtualStyleEndpoint();
    }
    return new Bucket(config, http, client);
  }

  S3Config config() {
    return config;
  }

  /// Lists it once.
  ///
  /// @throws IOException if it cannot be used
  void check() throws IOException {
    list(Keys.ID_KEY, "", 1);
  }

  /// Reads the beginning of an object.
  ///
  /// @param most bytes
  /// @return empty if there is none
  Optional<byte[]> get(String key, int most) throws IOException {
    Optional<InputStream> found = stream(key, 0, most);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = found.get()) {
      return Optional.of(in.readNBytes(most));
    } catch (IOException e) {
      throw S3Failures.meaning(e);
    }
  }

  /// Reads an object from an offset on.
  ///
  /// @return to be closed; empty if there is none
  Optional<InputStream> stream(String key, long offset) throws IOException {
    return stream(key, offset, 0);
  }

  private Optional<InputStream> stream(String key, long offset, long length) throws IOException {
    var args = GetObjectArgs.builder().bucket(config.bucket()).object(key);
    if (offset > 0) {
      args.offset(offset);
    }
    if (length > 0) {
      args.length(length);
    }
    return found(client.getObject(args.build())).map(InputStream.class::cast);
  }

  /// The size of an object.
  Optional<Long> size(String key) throws IOException {
    return found(
            client.headObject(HeadObjectArgs.builder().bucket(config.bucket()).object(key).build()))
        .map(head -> head.size());
  }

  void put(String key, byte[] bytes) throws IOException {
    var _ =
        wait(
            client.putObject(
                PutObjectAPIArgs.builder()
                    .bucket(config.bucket())
                    .object(key)
                    .data(bytes, bytes.length)
                    .build()));
  }

  void put(String key, Spool spool) throws IOException {
    var _ =
        wait(
            client.putObject(
                PutObjectAPIArgs.builder()
                    .bucket(config.bucket())
                    .object(key)
                    .headers(new Http.Headers("X-Amz-Content-Sha256", spool.sha256()))
                    .file(spool.rewound(), spool.length())
                    .build()));
  }

  /// Makes an object if there is none.
  ///
  /// @return false if there is one
  boolean putNew(String key, byte[] bytes) throws IOException {
    try {
      var _ =
          client
              .putObject(
                  PutObjectAPIArgs.builder()
                      .bucket(config.bucket())
                      .object(key)
                      .data(bytes, bytes.length)
                      .headers(new Http.Headers("If-None-Match", "*"))
                      .build())
              .get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      String code = S3Failures.code(e).orElse("");
      if (code.equals("PreconditionFailed") || code.equals("ConditionalRequestConflict")) {
        return false;
      }
      throw S3Failures.meaning(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /// Removes an object, if there is one.
  void delete(String key) throws IOException {
    var _ =
        wait(
            client.removeObject(
                RemoveObjectArgs.builder().bucket(config.bucket()).object(key).build()));
  }

  /// Objects in the order of their keys.
  ///
  /// @param after keys above this one; empty = from the first
  /// @param limit 1 to 1,000
  List<Item> list(String prefix, String after, int limit) throws IOException {
    var args = ListObjectsV2Args.builder().bucket(config.bucket()).prefix(prefix).maxKeys(limit);
    if (!after.isEmpty()) {
      args.startAfter(after);
    }
    var result = wait(client.listObjectsV2(args.build())).result();
    List<Item> items = new ArrayList<>();
    for (var item : result.contents()) {
      items.add(new Item(item.objectName(), item.lastModified().toInstant(), item.size()));
    }
    return items;
  }

  /// Begins a multipart upload.
  ///
  /// @param checksums whether every part comes with its SHA-256
  /// @return its id
  String create(String key, boolean checksums) throws IOException {
    var args = CreateMultipartUploadArgs.builder().bucket(config.bucket()).object(key);
    if (checksums) {
      args.headers(new Http.Headers("x-amz-checksum-algorithm", "SHA256"));
    }
    return wait(client.createMultipartUpload(args.build())).result().uploadId();
  }

  /// Sends a part.
  ///
  /// @param number from 1
  /// @return its ETag; empty if there is no such upload
  Optional<String> part(String key, String uploadId, int number, Spool spool) throws IOException {
    return found(
            client.uploadPart(
                UploadPartArgs.builder()
                    .bucket(config.bucket())
                    .object(key)
                    .uploadId(uploadId)
                    .partNumber(number)
                    // The signature covers it, and the body is checked against it.
                    .headers(new Http.Headers("X-Amz-Content-Sha256", spool.sha256()))
                    .file(spool.rewound(), spool.length())
                    .build()))
        .map(part -> part.part().etag());
  }

  /// The parts of an upload, in the order of their numbers.
  ///
  /// @return empty also if there is no such upload
  List<Sent> parts(String key, String uploadId) throws IOException {
    List<Sent> all = new ArrayList<>();
    boolean more = true;
    while (more) {
      var args = ListPartsArgs.builder().bucket(config.bucket()).object(key).uploadId(uploadId);
      if (!all.isEmpty()) {
        args.partNumberMarker(all.getLast().number());
      }
      var page = found(client.listParts(args.build())).map(found -> found.result());
      more = page.isPresent() && page.get().isTruncated() && !page.get().parts().isEmpty();
      if (page.isPresent()) {
        for (var part : page.get().parts()) {
          all.add(
              new Sent(
                  part.partNumber(),
                  part.partSize(),
                  part.etag(),
                  Optional.ofNullable(part.checksumSHA256())));
        }
      }
    }
    return all;
  }

  /// Makes an object of the parts of an upload.
  ///
  /// @param sent all of them, in order
  Completed complete(String key, String uploadId, List<Sent> sent) throws IOException {
    Part[] parts = sent.stream().map(Bucket::named).toArray(Part[]::new);
    try {
      var _ =
          client
              .completeMultipartUpload(
                  CompleteMultipartUploadArgs.builder()
                      .bucket(config.bucket())
                      .object(key)
                      .uploadId(uploadId)
                      .parts(parts)
                      .build())
              .get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
      return Completed.DONE;
    } catch (ExecutionException | TimeoutException e) {
      return switch (S3Failures.code(e).orElse("")) {
        case "NoSuchUpload" -> Completed.NO_SUCH_UPLOAD;
        case "InvalidPart", "InvalidPartOrder", "EntityTooSmall" -> Completed.OTHER_PARTS;
        default -> throw S3Failures.meaning(e);
      };
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static Part named(Sent part) {
    return part.sha256()
        .map(sha256 -> new Part(part.number(), part.etag(), null, null, null, null, sha256))
        .orElseGet(() -> new Part(part.number(), part.etag()));
  }

  /// Ends a multipart upload, if there is one, and removes its parts.
  void abort(String key, String uploadId) throws IOException {
    var _ =
        found(
            client.abortMultipartUpload(
                AbortMultipartUploadArgs.builder()
                    .bucket(config.bucket())
                    .object(key)
                    .uploadId(uploadId)
                    .build()));
  }

  /// The multipart uploads that are under way, at most a thousand. Some S3s want a whole key as the
  /// prefix and say nothing of others.
  List<Multipart> multiparts(String prefix) throws IOException {
    return multiparts.list(prefix);
  }

  @Override
  public void close() {
    http.dispatcher().executorService().close();
    http.connectionPool().evictAll();
  }

  private static <R> R wait(CompletableFuture<R> operation) throws IOException {
    try {
      return operation.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw S3Failures.meaning(e);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /// The same where what is asked for may not be there.
  private static <R> Optional<R> found(CompletableFuture<R> operation) throws IOException {
    try {
      return Optional.of(operation.get(LONGEST.toMillis(), TimeUnit.MILLISECONDS));
    } catch (ExecutionException | TimeoutException e) {
      return switch (S3Failures.code(e).orElse("")) {
        case "NoSuchKey", "NoSuchUpload" -> Optional.empty();
        default -> throw S3Failures.meaning(e);
      };
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IOException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return S3Failures.away("interrupted", e);
  }
}
