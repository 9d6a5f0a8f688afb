package sotto.store.quota;

import io.grpc.stub.StreamObserver;
import sotto.chain.AccountId;
import sotto.quota.v1.QuotaServiceGrpc;
import sotto.quota.v1.ReleaseRequest;
import sotto.quota.v1.ReleaseResponse;
import sotto.quota.v1.ReserveRequest;
import sotto.quota.v1.ReserveResponse;
import sotto.store.write.Writers;

/// The quota service. Handlers block until what they answer is durable; of an account that another
/// pod owns they say [sotto.proto.Reason#MOVED] and to whom.
public final class QuotaEndpoint extends QuotaServiceGrpc.QuotaServiceImplBase {
  private static final long ROW = 128;

  private final Writers writers;

  /// Serves what these write.
  public QuotaEndpoint(Writers writers) {
    this.writers = writers;
  }

  @Override
  public void reserve(ReserveRequest request, StreamObserver<ReserveResponse> response) {
    int bucket = new AccountId(request.getAccountId().toByteArray()).bucket();
    response.onNext(writers.commit(bucket, ROW, batch -> KeptBlobs.reserve(batch, request)));
    response.onCompleted();
  }

  @Override
  public void release(ReleaseRequest request, StreamObserver<ReleaseResponse> response) {
    AccountId account = new AccountId(request.getAccountId().toByteArray());
    byte[] name = request.getName().toByteArray();
    var _ = writers.commit(account.bucket(), ROW, batch -> KeptBlobs.release(batch, account, name));
    response.onNext(ReleaseResponse.getDefaultInstance());
    response.onCompleted();
  }
}
