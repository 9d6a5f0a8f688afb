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
import sotto.blob.folder.FolderBlobStore;
import sotto.blob.quota.CountedQuota;
import sotto.blob.transfer.BlobIds;
import sotto.blob.transfer.Sweep;
import sotto.blob.transfer.TransferService;
import sotto.blob.transfer.Transfers;
import sotto.mesh.MonotonicClock;
import sotto.mesh.Scrubbed;
import sotto.mesh.Telemetry;

/// blob-svc: encrypted media over a folder.
public final class BlobService implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(BlobService.class.getName());

  private final BlobStore store;
  private final List<BindableService> services;
  private final Sweep sweep;
  private final SegmentSweep segmentSweep;
  private final ScheduledExecutorService timer;

  private BlobService(
      BlobStore store, List<BindableService> services, Sweep sweep, SegmentSweep segmentSweep) {
    this.store = store;
    this.services = services;
    this.sweep = sweep;
    this.segmentSweep = segmentSweep;
    this.timer =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("blob-sweep").factory());
  }

  /// Opens the folder and removes what an earlier process left that cannot be gone on with.
  ///
  /// @param clock decides what has expired
  /// @param random makes the key of blob ids, once in the life of the folder
  /// @throws IOException if the folder cannot be used, or is in use
  public static BlobService open(
      BlobConfig config, Clock clock, SecureRandom random, Telemetry telemetry) throws IOException {
    BlobStore store = FolderBlobStore.open(config.folder());
    try {
      var transfers =
          Transfers.of(
              config,
              store,
              BlobIds.openOrCreate(config.folder(), random),
              CountedQuota.of(store, config.keptBytesPerAccount()),
              clock,
              MonotonicClock.system(),
              telemetry.meter("blob"));
      var sweep = new Sweep(transfers, config.sweepPerSecond());
      var service =
          new BlobService(
              store,
              List.of(
                  new TransferService(transfers), new SegmentService(store, config.minFreeBytes())),
              sweep,
              new SegmentSweep(store, clock, config.sweepEvery(), config.sweepPerSecond()));
      service.start();
      return service;
    } catch (IOException | RuntimeException e) {
      store.close();
      throw e;
    }
  }

  /// What a server is to serve: `sotto.blob.v1.BlobService`, whose calls need a caller, and
  /// `sotto.cold.v1.ColdService`, which only stores may be let into.
  public List<BindableService> services() {
    return services;
  }

  /// Ends the sweep and lets go of the folder. Close the server first.
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
