package sotto.store.cold;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import sotto.chain.AccountId;
import sotto.chain.Bytes;
import sotto.cold.v1.ColdServiceGrpc;
import sotto.cold.v1.DeleteKeptRequest;
import sotto.cold.v1.DeleteKeptResponse;
import sotto.cold.v1.DeleteSegmentsRequest;
import sotto.cold.v1.DeleteSegmentsResponse;
import sotto.cold.v1.GetSegmentRequest;
import sotto.cold.v1.GetSegmentResponse;
import sotto.cold.v1.PutSegmentRequest;
import sotto.cold.v1.PutSegmentResponse;
import sotto.cold.v1.SegmentKept;
import sotto.cold.v1.SegmentMismatch;
import sotto.cold.v1.SegmentNotFound;
import sotto.mesh.InternalServer;
import sotto.mesh.Telemetry;
import sotto.store.testing.MemoryColdStore;

/// What goes over the wire keeps the contract; the service behind it is the fake. With the real
/// one: e2e.
final class BlobColdStoreTest implements ColdStoreContract {
  private InternalServer server;
  private ManagedChannel channel;

  @BeforeEach
  void open() {
    server =
        InternalServer.start(
            "blob-" + UUID.randomUUID(),
            List.of(new Service(new MemoryColdStore())),
            Telemetry.none());
    channel = server.newChannel();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    server.close();
  }

  @Override
  public ColdStore store() {
    return new BlobColdStore(channel);
  }

  @Override
  public void cutOff() {
    server.close();
  }

  private static final class Service extends ColdServiceGrpc.ColdServiceImplBase {
    private final ColdStore store;

    Service(ColdStore store) {
      this.store = store;
    }

    private static SegmentName name(ByteString name) {
      return SegmentName.of(name.toByteArray());
    }

    private static <T> void answer(StreamObserver<T> call, T answer) {
      call.onNext(answer);
      call.onCompleted();
    }

    @Override
    public void putSegment(PutSegmentRequest request, StreamObserver<PutSegmentResponse> call) {
      boolean right =
          Segment.digest(request.getContent()).toArray().length == request.getSha256().size()
              && ByteString.copyFrom(Segment.digest(request.getContent()).toArray())
                  .equals(request.getSha256());
      boolean kept =
          right
              && store.put(name(request.getName()), request.getContent(), request.getExpiresAtMs())
                  == ColdStore.Put.KEPT;
      answer(
          call,
          kept
              ? PutSegmentResponse.newBuilder().setKept(SegmentKept.getDefaultInstance()).build()
              : PutSegmentResponse.newBuilder()
                  .setMismatch(SegmentMismatch.getDefaultInstance())
                  .build());
    }

    @Override
    public void getSegment(GetSegmentRequest request, StreamObserver<GetSegmentResponse> call) {
      answer(
          call,
          store.get(name(request.getName())) instanceof ColdStore.Found(ByteString bytes)
              ? GetSegmentResponse.newBuilder().setContent(bytes).build()
              : GetSegmentResponse.newBuilder()
                  .setNotFound(SegmentNotFound.getDefaultInstance())
                  .build());
    }

    @Override
    public void deleteSegments(
        DeleteSegmentsRequest request, StreamObserver<DeleteSegmentsResponse> call) {
      var _ = store.delete(request.getNamesList().stream().map(Service::name).toList());
      answer(call, DeleteSegmentsResponse.getDefaultInstance());
    }

    @Override
    public void deleteKept(DeleteKeptRequest request, StreamObserver<DeleteKeptResponse> call) {
      var account = new AccountId(request.getAccountId().toByteArray());
      var names = request.getNamesList().stream().map(n -> Bytes.of(n.toByteArray())).toList();
      assertThat(store.deleteKept(account, names)).isTrue();
      call.onNext(DeleteKeptResponse.getDefaultInstance());
      call.onCompleted();
    }
  }
}
