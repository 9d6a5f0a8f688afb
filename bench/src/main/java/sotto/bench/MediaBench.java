package sotto.bench;

import io.minio.DownloadObjectArgs;
import io.minio.MinioClient;
import io.minio.RemoveObjectArgs;
import io.minio.UploadObjectArgs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import sotto.bench.report.Report;
import sotto.bench.report.Table;
import sotto.bench.report.Table.Column;
import sotto.client.Event;
import sotto.client.FileView;
import sotto.client.Passphrase;
import sotto.client.SaveResult;
import sotto.client.SentMessage;
import sotto.client.Sotto;
import sotto.client.Status;
import sotto.client.Username;

/// How fast a file goes from one home to another with a bucket behind the mesh, streamed through
/// the server and directly, beside MinIO's own client with the same bytes in parts of the same
/// size; in turns. And what blob-svc's process spends.
final class MediaBench {
  private static final double MEGABYTE = 1e6;
  private static final double GIGABYTE = 1e9;
  private static final long PART = 5L << 20;
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final Path STATISTICS = Path.of("/proc");
  private static final double TICKS_PER_SECOND = 100;

  private final MeshUnderTest mesh;
  private final Bucket bucket;
  private final Path folder;
  private final long bytes;
  private final Random random = new Random(1);

  /// The MinIO that `sotto-stack` runs.
  ///
  /// @param keys file of the access key and the secret, a line each
  private record Bucket(String endpoint, Path keys, MinioClient client) {
    static Bucket of(String endpoint, Path folder) throws IOException {
      Path keys = folder.resolve("keys");
      List<String> lines = Files.readAllLines(keys);
      MinioClient client =
          MinioClient.builder()
              .endpoint(endpoint)
              .region("us-east-1")
              .credentials(lines.get(0), lines.get(1))
              .build();
      return new Bucket(endpoint, keys, client);
    }

    Map<String, String> settings(boolean direct) {
      return Map.of(
          "SOTTO_BLOB_S3_ENDPOINT", endpoint,
          "SOTTO_BLOB_S3_KEYS_FILE", keys.toString(),
          "SOTTO_BLOB_S3_DIRECT", Boolean.toString(direct));
    }
  }

  /// Seconds, and blob-svc's of the processor, to bring and to fetch.
  private record Trip(double up, double down, double upCpu, double downCpu) {}

  private final Table rates =
      new Table(
          "A file to the bucket and back",
          "Of MinIO's client is against the first line of the trial. blob-svc's process is new each"
              + " time, one file of the same size ahead.",
          new Column("trial", 0),
          new Column("way", 0),
          new Column("to the bucket, MB/s", 0),
          new Column("of MinIO's client", 2),
          new Column("from it, MB/s", 0),
          new Column("from it, of MinIO's client", 2),
          new Column("blob-svc, s/GB in", 1),
          new Column("s/GB out", 1));

  private MediaBench(MeshUnderTest mesh, Bucket bucket, Path folder, long bytes) {
    this.mesh = mesh;
    this.bucket = bucket;
    this.folder = folder;
    this.bytes = bytes;
  }

  /// `media`.
  @Command(
      name = "media",
      mixinStandardHelpOptions = true,
      description =
          "How fast a file is sent and saved with a bucket behind a mesh, streamed and directly, beside MinIO's client.")
  static final class Asked implements Callable<Integer> {
    @Option(
        names = "--profile",
        paramLabel = "NAME",
        defaultValue = "MYSQL",
        description = "The mesh's database: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private StackUnderTest.Profile profile = StackUnderTest.Profile.MYSQL;

    @Option(
        names = "--megabytes",
        paramLabel = "N",
        defaultValue = "200",
        description = "How large the file is (default: ${DEFAULT-VALUE}).")
    private int megabytes;

    @Mixin private final ReportOptions reporting = new ReportOptions();

    @Override
    public Integer call() throws Exception {
      reporting.within("--megabytes", megabytes, 1, 1_000_000);
      return reporting.measure(this::measure);
    }

    private void measure(Report report) throws Exception {
      Path folder = Files.createTempDirectory("sotto-media");
      try (StackUnderTest s3 = StackUnderTest.up(Map.of(), "s3");
          MeshUnderTest mesh = MeshUnderTest.up(profile)) {
        report.conditions().put("measured", mesh.described() + ", blobs in MinIO");
        Bucket bucket = Bucket.of(s3.told(), s3.folder());
        MediaBench bench = new MediaBench(mesh, bucket, folder, megabytes * 1_000_000L);
        bench.run(reporting.trials());
        report.add(bench.rates);
      } finally {
        Homes.delete(folder);
      }
    }
  }

  private void run(int trials) throws Exception {
    try (Sotto alice = person("alice");
        Sotto bob = person("bob")) {
      var _ = plain();
      for (int trial = 1; trial <= trials; trial++) {
        Trip plain = plain();
        row(trial, "MinIO's client", plain, plain, false);
        for (boolean direct : new boolean[] {false, true}) {
          mesh.restartBlob(bucket.settings(direct));
          // The process is new, and its programs are not compiled yet.
          var _ = sent(alice, bob);
          row(trial, direct ? "direct" : "streamed", sent(alice, bob), plain, true);
        }
        Trip again = plain();
        row(trial, "MinIO's client", again, plain, false);
      }
    }
  }

  private void row(int trial, String way, Trip trip, Trip plain, boolean served) {
    rates.row(
        trial,
        way,
        bytes / MEGABYTE / trip.up(),
        plain.up() / trip.up(),
        bytes / MEGABYTE / trip.down(),
        plain.down() / trip.down(),
        served ? trip.upCpu() / (bytes / GIGABYTE) : Double.NaN,
        served ? trip.downCpu() / (bytes / GIGABYTE) : Double.NaN);
    Bench.say(
        String.format(
            Locale.ROOT,
            "trial %d, %s: %.0f MB/s there, %.0f back",
            trial,
            way,
            bytes / MEGABYTE / trip.up(),
            bytes / MEGABYTE / trip.down()));
  }

  private Trip plain() throws Exception {
    Path file = file();
    Path back = folder.resolve("back");
    long start = System.nanoTime();
    var _ =
        bucket
            .client()
            .uploadObject(
                UploadObjectArgs.builder()
                    .bucket("sotto")
                    .object("bench")
                    .filename(file.toString(), PART)
                    .build());
    double up = since(start);
    start = System.nanoTime();
    bucket
        .client()
        .downloadObject(
            DownloadObjectArgs.builder()
                .bucket("sotto")
                .object("bench")
                .filename(back.toString())
                .build());
    double down = since(start);
    bucket
        .client()
        .removeObject(RemoveObjectArgs.builder().bucket("sotto").object("bench").build());
    Files.delete(back);
    Files.delete(file);
    return new Trip(up, down, 0, 0);
  }

  /// From the call until it is sent, and from the call until it is saved: with encryption, the
  /// homes' writes and all checks.
  private Trip sent(Sotto alice, Sotto bob) throws Exception {
    Path file = file();
    long pid = mesh.blobPid();
    double cpu = cpu(pid);
    long start = System.nanoTime();
    SentMessage message =
        alice.conversationWith(bob.account().orElseThrow().username()).sendFile(file, "");
    Status status = message.await(Status.SENT, LIMIT);
    double up = since(start);
    double upCpu = cpu(pid) - cpu;
    if (status != Status.SENT && status != Status.DELIVERED) {
      throw new IllegalStateException("the file was not sent: " + status);
    }
    FileView came = received(bob);
    cpu = cpu(pid);
    start = System.nanoTime();
    SaveResult saved = bob.save(came, folder);
    double down = since(start);
    double downCpu = cpu(pid) - cpu;
    if (!(saved instanceof SaveResult.Saved(Path path)) || Files.mismatch(path, file) >= 0) {
      throw new IllegalStateException("the file did not come as it was: " + saved);
    }
    Files.delete(path);
    Files.delete(file);
    return new Trip(up, down, upCpu, downCpu);
  }

  private static FileView received(Sotto bob) throws Exception {
    try (var events = bob.events("bench")) {
      while (true) {
        Optional<Event> event = events.next(LIMIT);
        events.done();
        if (event.orElseThrow() instanceof Event.MessageReceived(long _, var message)) {
          return message.files().getFirst();
        }
      }
    }
  }

  private Sotto person(String name) throws IOException {
    byte[] key = new byte[Passphrase.KEY_LENGTH];
    new SecureRandom().nextBytes(key);
    Sotto sotto = Sotto.open(folder.resolve(name), Passphrase.ofKey(key));
    var _ = sotto.register(mesh.address(), Username.of(name + random.nextInt(1 << 20)));
    sotto.awaitOnline(Duration.ofSeconds(30));
    return sotto;
  }

  /// Another file each time: one that was sent before is not uploaded again.
  private Path file() throws IOException {
    Path file = folder.resolve("file-" + random.nextInt(1 << 30) + ".bin");
    byte[] block = new byte[1_000_000];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long at = 0; at < bytes; at += block.length) {
        random.nextBytes(block);
        out.write(block);
      }
    }
    return file;
  }

  private static double since(long nanos) {
    return (System.nanoTime() - nanos) / 1e9;
  }

  /// Seconds of the processor that a process has had.
  private static double cpu(long pid) throws IOException {
    String all =
        Files.readString(
            STATISTICS.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.UTF_8);
    List<String> fields = List.of(all.substring(all.lastIndexOf(')') + 2).split(" ", -1));
    // utime and stime, the 14th and 15th of proc(5); the state is the third.
    return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / TICKS_PER_SECOND;
  }
}
