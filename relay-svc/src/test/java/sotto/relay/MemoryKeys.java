package sotto.relay;

import io.grpc.stub.StreamObserver;
import sotto.keys.v1.AccountUnknown;
import sotto.keys.v1.GetBundlesRequest;
import sotto.keys.v1.GetBundlesResponse;
import sotto.keys.v1.KeyServiceGrpc;

/// A key service that knows nobody.
final class MemoryKeys extends KeyServiceGrpc.KeyServiceImplBase {
  @Override
  public void getBundles(GetBundlesRequest request, StreamObserver<GetBundlesResponse> out) {
    out.onNext(
        GetBundlesResponse.newBuilder().setUnknown(AccountUnknown.getDefaultInstance()).build());
    out.onCompleted();
  }
}
