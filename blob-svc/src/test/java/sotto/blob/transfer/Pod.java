package sotto.blob.transfer;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import sotto.blob.BlobConfig;
import sotto.blob.BlobName;
import sotto.blob.BlobStore;
import sotto.blob.Progress;
import sotto.blob.folder.FolderBlobStore;
import sotto.blob.quota.CountedQuota;
import sotto.blob.v1.BeginRequest;
import sotto.blob.v1.BeginResponse;
import sotto.blob.v1.BlobServiceGrpc;
import sotto.blob.v1.UploadResponse;
import sotto.blob.v1.UploadStart;
import sotto.chain.AccountId;
import sotto.chain.DeviceId;
import sotto.mesh.Caller;
import sotto.mesh.InternalServer;
import sotto.mesh.Rate;
import sotto.mesh.Telemetry;
import sotto.mesh.testing.HandClock;

/// One blob pod over a folder, called as relays call it.
final class Pod implements AutoCloseable {
  static final Caller ALICE = new Caller(new AccountId(1, 2), new DeviceId(1));
  static final Caller BOB = new Caller(new AccountId(3, 4), new DeviceId(1));
  static final int MAX_BLOB = 8 << 20;
  static final int PART = 256 << 10;
  static final int QUOTA = 1 << 20;

  final HandClock clock = new HandClock();
  final RiggedBlobStore store;
  final Sweep sweep;
  final Transfers transfers;
  private final Path folder;
  private final InternalServer server;
  private final ManagedChannel channel;

  Pod(Path folder) throws IOException {
    this(folder, Duration.ofSeconds(20));
  }

  Pod(Path folder, Duration idle) throws IOException {
    this(folder, idle, new Rate(1 << 20, Duration.ofDays(1)));
  }

  Pod(Path folder, Duration idle, Rate transitKib) throws IOException {
    this(folder, FolderBlobStore.open(folder), PART, idle, transitKib);
  }

  /// A pod over another store, at the time that it is.
  static Pod over(Path folder, BlobStore store, int part) throws IOException {
    var pod =
        new Pod(folder, store, part, Duration.ofSeconds(20), new Rate(1 << 20, Duration.ofDays(1)));
    pod.clock.pass(Duration.between(pod.clock.instant(), Instant.now()));
    return pod;
  }

  private Pod(Path folder, BlobStore over, int part, Duration idle, Rate transitKib)
      throws IOException {
    this.folder = folder;
    BlobConfig base = BlobConfig.in(folder);
    var config =
        new BlobConfig(
            folder,
            Optional.empty(),
            (long) MAX_BLOB * (part / PART),
            part,
            base.transitLife(),
            QUOTA,
            transitKib,
            base.minFreeBytes(),
            2,
            idle,
            base.sweepEvery(),
            base.sweepPerSecond(),
            base.partLife());
    store = new RiggedBlobStore(over);
    transfers =
        Transfers.of(
            config,
            store,
            new BlobIds(new byte[32]),
            CountedQuota.of(store, QUOTA),
            clock,
            () -> clock.millis() * 1_000_000,
            Telemetry.none().meter("blob"));
    sweep = new Sweep(transfers, 3);
    server =
        InternalServer.start(
            "blob-" + UUID.randomUUID(), List.of(new TransferService(transfers)), Telemetry.none());
    channel = server.newChannel();
  }

  BlobServiceGrpc.BlobServiceBlockingStub calls(Caller caller) {
    return caller
        .on(BlobServiceGrpc.newBlockingStub(channel))
        .withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  /// What *begin* says about an upload.
  BeginResponse begin(Caller caller, UploadStart.Builder start) {
    return calls(caller).begin(BeginRequest.newBuilder().setBlob(start.getBlob()).build());
  }

  Upload upload(Caller caller) {
    return new Upload(caller.on(BlobServiceGrpc.newStub(channel)));
  }

  Upload uploadByNobody() {
    return new Upload(BlobServiceGrpc.newStub(channel));
  }

  Download download(Caller caller) {
    return new Download(caller.on(BlobServiceGrpc.newStub(channel)));
  }

  Download downloadByNobody() {
    return new Download(BlobServiceGrpc.newStub(channel));
  }

  /// The files that are not the store's own: blobs and parts.
  List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> !file.equals(folder.resolve("lock")))
          .toList();
    }
  }

  /// Waits until an upload that has ended has put its things away.
  void awaitNoFiles() throws IOException {
    await(List::isEmpty);
  }

  /// Waits until so many uploads are under way.
  void awaitFiles(int count) throws IOException {
    await(files -> files.size() == count);
  }

  /// Waits until a part's file has so many bytes.
  void awaitBytes(long count) throws IOException {
    await(files ->
        files.stream()
            .anyMatch(f -> f.toString().endsWith(".part") && f.toFile().length() >= count));
  }

  /// Waits until uploads have brought so many bytes, all together.
  void awaitWritten(long bytes) throws IOException {
    await(_ -> store.written.get() >= bytes);
  }

  /// Waits until nobody works on an upload.
  void awaitIdle() throws IOException {
    await(_ -> transfers.claims().size() == 0);
  }

  /// Waits until there is an unfinished upload of which so much is committed.
  void awaitCommitted(long bytes) throws IOException {
    await(_ -> committed() == bytes);
  }

  private long committed() {
    try {
      for (BlobName name : store.begun()) {
        Optional<Progress> progress = store.progress(name);
        if (progress.isPresent()) {
          return progress.get().committed();
        }
      }
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Asks how far an upload is, which must be so far, and sends the rest.
  UploadResponse goOn(Caller caller, UploadStart.Builder start, byte[] content, long committed) {
    BeginResponse begun = begin(caller, start);
    if (!begun.hasPosition() || begun.getPosition().getCommitted() != committed) {
      throw new AssertionError(committed + " bytes should be committed: " + begun);
    }
    return upload(caller)
        .all(
            start.setOffset(committed),
            Arrays.copyOfRange(content, (int) committed, content.length));
  }

  private void await(Predicate<List<Path>> condition) throws IOException {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!holds(condition)) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("after 20 seconds there is " + files());
      }
      Thread.onSpinWait();
    }
  }

  /// A file that goes while the folder is read: then it is read again.
  private boolean holds(Predicate<List<Path>> condition) throws IOException {
    try {
      return condition.test(files());
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof NoSuchFileException) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    channel.shutdownNow();
    server.close();
    store.close();
  }
}
