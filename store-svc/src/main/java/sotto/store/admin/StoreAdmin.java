package sotto.store.admin;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import sotto.admin.v1.BucketOwner;
import sotto.admin.v1.CountMailboxesRequest;
import sotto.admin.v1.CountMailboxesResponse;
import sotto.admin.v1.ListBucketsRequest;
import sotto.admin.v1.ListBucketsResponse;
import sotto.admin.v1.MailboxAge;
import sotto.admin.v1.RetentionProgress;
import sotto.admin.v1.RetentionRuns;
import sotto.admin.v1.RunRetentionRequest;
import sotto.admin.v1.RunRetentionResponse;
import sotto.admin.v1.StoreAdminServiceGrpc;
import sotto.mesh.Audit;
import sotto.store.mailbox.Backlog;
import sotto.store.sql.Readers;
import sotto.store.write.Ownership;

/// What a store tells its operators, and the run of retention that they can ask for.
public final class StoreAdmin extends StoreAdminServiceGrpc.StoreAdminServiceImplBase {
  // Each bucket is told of, but what waits to be sent is bounded.
  private static final int TOLD_EVERY = 16;

  private final Readers readers;
  private final Ownership ownership;
  private final Backlog backlog;
  private final Retention retention;

  /// Of one store.
  public StoreAdmin(Readers readers, Ownership ownership, Backlog backlog, Retention retention) {
    this.readers = readers;
    this.ownership = ownership;
    this.backlog = backlog;
    this.retention = retention;
  }

  @Override
  public void listBuckets(
      ListBucketsRequest request, StreamObserver<ListBucketsResponse> response) {
    var list = ListBucketsResponse.newBuilder();
    readers
        .ask(ownership::owners)
        .forEach(owner ->
            list.addBuckets(
                BucketOwner.newBuilder()
                    .setBucket(owner.bucket())
                    .setOwner(owner.owner())
                    .setEpoch(owner.epoch())));
    response.onNext(list.build());
    response.onCompleted();
  }

  @Override
  public void countMailboxes(
      CountMailboxesRequest request, StreamObserver<CountMailboxesResponse> response) {
    if (request.getAnew() && response instanceof ServerCallStreamObserver<?> call) {
      backlog.countAll(call::isCancelled);
    }
    var counted = backlog.summary();
    var answer =
        CountMailboxesResponse.newBuilder()
            .setOldest(counted.oldest().orElse(0))
            .setBucketsCounted(counted.buckets())
            .setBuckets(ownership.size());
    for (var age = 0; age <= Backlog.AGES.size(); age++) {
      answer.addAges(
          MailboxAge.newBuilder()
              .setUpToMs(age < Backlog.AGES.size() ? Backlog.AGES.get(age).toMillis() : 0)
              .setEnvelopes(counted.envelopes().get(age))
              .setBytes(counted.bytes().get(age)));
    }
    response.onNext(answer.build());
    response.onCompleted();
  }

  @Override
  public void runRetention(
      RunRetentionRequest request, StreamObserver<RunRetentionResponse> response) {
    var call = (ServerCallStreamObserver<RunRetentionResponse>) response;
    boolean ran =
        retention.run(
            at -> {
              Audit.on("%d of %d buckets".formatted(at.done(), at.buckets()));
              if (at.done() % TOLD_EVERY == 0 || at.done() == at.buckets()) {
                call.onNext(RunRetentionResponse.newBuilder().setProgress(progress(at)).build());
              }
            },
            call::isCancelled);
    if (!ran) {
      Audit.on("nothing: a run is under way");
      call.onNext(
          RunRetentionResponse.newBuilder().setRuns(RetentionRuns.getDefaultInstance()).build());
    }
    call.onCompleted();
  }

  private static RetentionProgress progress(Retention.Progress at) {
    return RetentionProgress.newBuilder()
        .setDone(at.done())
        .setBuckets(at.buckets())
        .setExpired(at.expired())
        .setColdSteps(at.cooled())
        .build();
  }
}
