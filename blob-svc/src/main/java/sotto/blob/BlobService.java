package sotto.blob;

import io.grpc.BindableService;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import sotto.blob.cold.SegmentService;
import sotto.blob.cold.SegmentSweep;
import sotto.blob.quota.CountedQuota;
import sotto.blob.quota.KeptQuota;
import sotto.blob.quota.StoreQuota;
import sotto.blob.transfer.Sweep;
import sotto.blob.transfer.TransferService;
import sotto.blob.transfer.Transfers;
import sotto.mesh.ForOperators;
import sotto.mesh.MonotonicClock;
import sotto.mesh.Pods;
import sotto.mesh.Scrubbed;
import sotto.mesh.Telemetry;

/// blob-svc: encrypted media over a folder or a bucket.
public final class BlobService implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(BlobService.class.getName());

  private final BlobStore store;
  private final List<BindableService> services;
  private final Transfers transfers;
  private final Sweep sweep;
  private final SegmentSweep segmentSweep;
  private final ScheduledExecutorService timer;

  private BlobService(
      BlobStore store,
      List<BindableService> services,
      Transfers transfers,
      Sweep sweep,
      SegmentSweep segmentSweep) {
    this.store = store;
    this.transfers = transfers;
    this.services = services;
    this.sweep = sweep;
    this.segmentSweep = segmentSweep;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("blob-sweep").factory());
  }

  /// Opens the folder or the bucket, and counts by itself what accounts keep: for a service that
  /// has one process.
  ///
  /// @param clock decides what has expired
  /// @param random makes the key of blob ids, once in the life of the folder or bucket
  /// @throws IOException if they cannot be used, or the folder is in use
  public static BlobService open(
      BlobConfig config, Clock clock, SecureRandom random, Telemetry telemetry) throws IOException {
    return open(
        config,
        store -> CountedQuota.of(store, config.keptBytesPerAccount()),
        clock,
        random,
        telemetry);
  }

  /// The same, where the stores know what accounts keep: for any number of processes.
  ///
  /// @param stores the store pods
  public static BlobService open(
      BlobConfig config, Pods stores, Clock clock, SecureRandom random, Telemetry telemetry)
      throws IOException {
    return open(
        config,
        _ -> new StoreQuota(stores, config.keptBytesPerAccount()),
        clock,
        random,
        telemetry);
  }

  /// What says how much is kept.
  @FunctionalInterface
  private interface Quota {
    KeptQuota over(BlobStore store) throws IOException;
  }

  private static BlobService open(
      BlobConfig config, Quota quota, Clock clock, SecureRandom random, Telemetry telemetry)
      throws IOException {
    Opened opened = Opened.of(config, clock, random);
    try {
      var transfers =
          Transfers.of(
              config,
              opened.store(),
              opened.ids(),
              quota.over(opened.store()),
              clock,
              MonotonicClock.system(),
              telemetry.meter("blob"));
      var sweep = new Sweep(transfers, config.sweepPerSecond());
      var service =
          new BlobService(
              opened.store(),
              List.of(
                  new TransferService(transfers),
                  new SegmentService(opened.store(), transfers::deleteKept, config.minFreeBytes())),
              transfers,
              sweep,
              new SegmentSweep(
                  opened.store(), clock, config.sweepEvery(), config.sweepPerSecond()));
      service.start();
      return service;
    } catch (IOException | RuntimeException e) {
      opened.store().close();
      throw e;
    }
  }

  /// What a server is to serve: `sotto.blob.v1.BlobService`, whose calls need a caller, and
  /// `sotto.cold.v1.ColdService`, which only stores may be let into.
  public List<BindableService> services() {
    return services;
  }

  /// What it has for operators.
  public ForOperators forOperators() {
    return ForOperators.measuring(transfers.measures());
  }

  /// Ends the sweep and lets go of folder or bucket. Close the server first.
  @Override
  public void close() throws IOException {
    timer.close();
    store.close();
  }

  private void start() {
    var _ = timer.scheduleWithFixedDelay(this::step, 1, 1, TimeUnit.SECONDS);
  }

  private void step() {
    try {
      sweep.step();
      segmentSweep.step();
    } catch (IOException | RuntimeException e) {
      // The next step tries again.
      LOG.log(System.Logger.Level.ERROR, "the sweep could not go on", new Scrubbed(e));
    }
  }
}
