package sotto.store.peer;

import io.grpc.stub.StreamObserver;
import sotto.owner.v1.OwnerServiceGrpc;
import sotto.owner.v1.PulseRequest;
import sotto.owner.v1.PulseResponse;
import sotto.store.write.Ownership;

/// Says that this owner is there, and whether it is leaving.
public final class OwnerEndpoint extends OwnerServiceGrpc.OwnerServiceImplBase {
  private final Ownership ownership;

  /// Of this owner.
  public OwnerEndpoint(Ownership ownership) {
    this.ownership = ownership;
  }

  @Override
  public void pulse(PulseRequest request, StreamObserver<PulseResponse> response) {
    response.onNext(
        PulseResponse.newBuilder()
            .setOwner(ownership.self())
            .setLeaving(ownership.isLeaving())
            .build());
    response.onCompleted();
  }
}
