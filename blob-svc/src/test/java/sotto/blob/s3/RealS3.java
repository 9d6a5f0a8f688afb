package sotto.blob.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import sotto.mesh.ServerIdentity;

/// The S3s that tests run against: the one that `SOTTO_TEST_S3_ENDPOINT`, `…_BUCKET`, `…_REGION`
/// and `…_KEYS` (a file: the access key, a line break, the secret) name, which must have an empty
/// bucket; or a MinIO of this process's own, run by `stack/sotto-stack`, that ends with the
/// process.
public final class RealS3 {
  private static final String PROGRAM = System.getProperty("sotto.stack", "../stack/sotto-stack");
  private static final Path PARENT = Path.of("/tmp");
  private static final String PREFIX = "sotto-blob-test-";

  /// The domain in which the MinIO takes a host's first label for a bucket.
  public static final String DOMAIN = "s3.test";

  private static Optional<RealS3> running = Optional.empty();

  private final Optional<Path> folder;
  private final S3Config config;

  private RealS3(Optional<Path> folder, S3Config config) {
    this.folder = folder;
    this.config = config;
  }

  /// The one of this process.
  public static synchronized RealS3 get() {
    if (running.isEmpty()) {
      running = Optional.of(given().orElseGet(RealS3::start));
    }
    return running.get();
  }

  /// A MinIO of a test's own that answers by TLS.
  ///
  /// @param identity what it shows
  /// @param ca the authority's certificate
  /// @return to be [#stop]ped
  static RealS3 secure(ServerIdentity identity, Path ca) throws IOException {
    var s3 =
        start(PARENT.resolve(PREFIX + ProcessHandle.current().pid() + "-tls"), Optional.of(ca));
    Path certificates = Files.createDirectories(s3.ours().resolve("conf/minio/certs"));
    s3.kill();
    identity.write(certificates.resolve("public.crt"), certificates.resolve("private.key"));
    s3.revive();
    String plain = s3.config.endpoint().toString();
    return new RealS3(
        s3.folder,
        config(
            plain.replace("http://", "https://"),
            s3.config.bucket(),
            s3.config.region(),
            s3.ours().resolve("keys"),
            Optional.of(ca)));
  }

  /// Ends one of a test's own.
  void stop() {
    down(ours());
  }

  public S3Config config() {
    return config;
  }

  /// Removes everything that is in the bucket.
  public void empty() throws IOException {
    try (Bucket bucket = Bucket.open(config)) {
      S3BlobStoreTest.empty(bucket);
    }
  }

  /// The keys of all objects.
  public List<String> keys() throws IOException {
    try (Bucket bucket = Bucket.open(config)) {
      return bucket.list("", "", 1_000).stream().map(Bucket.Item::key).toList();
    }
  }

  /// Kills it, as a machine dies. Only where it is ours.
  public void kill() {
    var _ = sottoStack("kill", "minio", "--dir", ours().toString());
  }

  /// Starts it again.
  public void revive() {
    var _ = sottoStack("start", "minio", "--dir", ours().toString());
  }

  /// Whether it can be killed.
  public boolean isOurs() {
    return folder.isPresent();
  }

  private Path ours() {
    return folder.orElseThrow();
  }

  private static Optional<RealS3> given() {
    return Optional.ofNullable(System.getenv("SOTTO_TEST_S3_ENDPOINT"))
        .map(endpoint ->
            new RealS3(
                Optional.empty(),
                config(
                    endpoint,
                    System.getenv("SOTTO_TEST_S3_BUCKET"),
                    System.getenv("SOTTO_TEST_S3_REGION"),
                    Path.of(System.getenv("SOTTO_TEST_S3_KEYS")),
                    Optional.empty())));
  }

  private static RealS3 start() {
    clearLeftOvers();
    return start(PARENT.resolve(PREFIX + ProcessHandle.current().pid()), Optional.empty());
  }

  private static RealS3 start(Path folder, Optional<Path> ca) {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> down(folder)));
    String endpoint = sottoStack("up", "s3", "--dir", folder.toString(), "--port", "free").strip();
    return new RealS3(
        Optional.of(folder), config(endpoint, "sotto", "us-east-1", folder.resolve("keys"), ca));
  }

  private static S3Config config(
      String endpoint, String bucket, String region, Path keys, Optional<Path> ca) {
    try {
      List<String> lines = Files.readAllLines(keys);
      return new S3Config(
          S3Endpoint.parse(endpoint),
          Optional.empty(),
          region,
          bucket,
          lines.get(0),
          lines.get(1),
          true,
          true,
          ca);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void down(Path folder) {
    var _ = run("down", "--dir", folder.toString());
  }

  private static void clearLeftOvers() {
    try (Stream<Path> found = Files.list(PARENT)) {
      for (Path folder : found.toList()) {
        String name = folder.getFileName().toString();
        String pid =
            name.startsWith(PREFIX) ? name.substring(PREFIX.length()).replace("-tls", "") : "";
        if (pid.matches("[0-9]{1,9}") && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
          down(folder);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String sottoStack(String... words) {
    Output output = run(words);
    if (output.exit != 0) {
      throw new AssertionError(
          "the tests on S3 need a MinIO, and sotto-stack "
              + String.join(" ", words)
              + " failed (-Dsotto.s3.skip leaves them out):\n"
              + output.errors);
    }
    return output.text;
  }

  private record Output(int exit, String text, String errors) {}

  private static Output run(String... words) {
    try {
      Path errors = Files.createTempFile("sotto-stack", ".log");
      try {
        var builder =
            new ProcessBuilder(Stream.concat(Stream.of(PROGRAM), Stream.of(words)).toList())
                .redirectError(errors.toFile());
        builder.environment().put("MINIO_DOMAIN", DOMAIN);
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text, Files.readString(errors));
      } finally {
        Files.delete(errors);
      }
    } catch (IOException e) {
      return new Output(-1, "", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Output(-1, "", "interrupted");
    }
  }
}
