package sotto.store.cold;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.cold.v1.ColdServiceGrpc;
import sotto.cold.v1.DeleteKeptRequest;
import sotto.cold.v1.DeleteSegmentsRequest;
import sotto.cold.v1.GetSegmentRequest;
import sotto.cold.v1.GetSegmentResponse;
import sotto.cold.v1.PutSegmentRequest;

/// blob-svc as a [ColdStore], over `sotto.cold.v1.ColdService`.
public final class BlobColdStore implements ColdStore {
  private static final Logger LOG = LoggerFactory.getLogger(BlobColdStore.class);
  private static final Duration READ = Duration.ofSeconds(10);
  private static final Duration WRITE = Duration.ofSeconds(30);

  private final ColdServiceGrpc.ColdServiceBlockingStub stub;

  /// Over a channel to any pod of blob-svc.
  public BlobColdStore(Channel channel) {
    this.stub = ColdServiceGrpc.newBlockingStub(channel);
  }

  private ColdServiceGrpc.ColdServiceBlockingStub within(Duration time) {
    return stub.withDeadlineAfter(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static ByteString bytes(SegmentName name) {
    return ByteString.copyFrom(name.toArray());
  }

  private static void failed(StatusRuntimeException e) {
    LOG.warn("the blob store does not answer as it should: {}", e.getStatus().getCode());
  }

  @Override
  public Put put(SegmentName name, ByteString bytes, long until) {
    try {
      var answer =
          within(WRITE)
              .putSegment(
                  PutSegmentRequest.newBuilder()
                      .setName(bytes(name))
                      .setContent(bytes)
                      .setSha256(ByteString.copyFrom(Segment.digest(bytes).toArray()))
                      .setExpiresAtMs(until)
                      .build());
      return switch (answer.getOutcomeCase()) {
        case KEPT -> Put.KEPT;
        case MISMATCH -> Put.MISMATCH;
        case OUTCOME_NOT_SET -> Put.UNAVAILABLE;
      };
    } catch (StatusRuntimeException e) {
      failed(e);
      return Put.UNAVAILABLE;
    }
  }

  @Override
  public Got get(SegmentName name) {
    try {
      GetSegmentResponse answer =
          within(READ).getSegment(GetSegmentRequest.newBuilder().setName(bytes(name)).build());
      return switch (answer.getOutcomeCase()) {
        case CONTENT -> new Found(answer.getContent());
        case NOT_FOUND -> new Nothing();
        case OUTCOME_NOT_SET -> new Unavailable();
      };
    } catch (StatusRuntimeException e) {
      // Whoever reads says which segment it is, and not at each try.
      LOG.debug("a segment cannot be read: {}", e.getStatus().getCode());
      return new Unavailable();
    }
  }

  @Override
  public boolean deleteKept(AccountId account, List<Bytes> names) {
    try {
      var request =
          DeleteKeptRequest.newBuilder().setAccountId(ByteString.copyFrom(account.bytes()));
      names.forEach(name -> request.addNames(ByteString.copyFrom(name.toArray())));
      return within(WRITE).deleteKept(request.build()).isInitialized();
    } catch (StatusRuntimeException e) {
      failed(e);
      return false;
    }
  }

  @Override
  public boolean delete(List<SegmentName> names) {
    try {
      var request = DeleteSegmentsRequest.newBuilder();
      names.forEach(name -> request.addNames(bytes(name)));
      return within(WRITE).deleteSegments(request.build()).isInitialized();
    } catch (StatusRuntimeException e) {
      failed(e);
      return false;
    }
  }
}
