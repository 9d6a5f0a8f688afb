package sotto.blob.quota;

import com.google.protobuf.ByteString;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import sotto.blob.BlobName;
import sotto.chain.AccountId;
import sotto.mesh.Pods;
import sotto.proto.Reason;
import sotto.proto.Statuses;
import sotto.quota.v1.QuotaServiceGrpc;
import sotto.quota.v1.QuotaServiceGrpc.QuotaServiceBlockingStub;
import sotto.quota.v1.ReleaseRequest;
import sotto.quota.v1.ReserveRequest;

/// The quota that the stores keep: the truth for any number of blob pods. Each account's owner is
/// asked.
public final class StoreQuota implements KeptQuota {
  private static final long DEADLINE_SECONDS = 3;

  private final Owners owners;
  private final long limit;

  /// @param stores the store pods
  /// @param limit bytes for each account
  public StoreQuota(Pods stores, long limit) {
    this.owners = new Owners(stores);
    this.limit = limit;
  }

  @Override
  public Outcome reserve(AccountId account, BlobName name, long bytes) {
    var request =
        ReserveRequest.newBuilder()
            .setAccountId(ByteString.copyFrom(account.bytes()))
            .setName(ByteString.copyFrom(name.bytes()))
            .setSize(bytes)
            .setLimit(limit)
            .build();
    var response = ask(account, store -> store.reserve(request));
    return switch (response.getOutcomeCase()) {
      case RESERVED -> new Outcome.Reserved();
      case NO_ROOM -> new Outcome.NoRoom(limit);
      case UNKNOWN_ACCOUNT ->
          throw Statuses.of(Reason.CALLER_NOT_ALLOWED, "there is no such account");
      case OUTCOME_NOT_SET -> throw Statuses.of(Reason.INTERNAL, "a store gave no answer");
    };
  }

  @Override
  public void release(AccountId account, BlobName name) {
    var request =
        ReleaseRequest.newBuilder()
            .setAccountId(ByteString.copyFrom(account.bytes()))
            .setName(ByteString.copyFrom(name.bytes()))
            .build();
    var _ = ask(account, store -> store.release(request));
  }

  private <R> R ask(AccountId account, Function<QuotaServiceBlockingStub, R> call) {
    return owners.ask(
        account.bucket(),
        channel ->
            call.apply(
                QuotaServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)));
  }
}
