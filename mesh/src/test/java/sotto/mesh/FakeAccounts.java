package sotto.mesh;

import io.grpc.stub.StreamObserver;
import java.util.function.BiConsumer;
import sotto.account.v1.AccountServiceGrpc.AccountServiceImplBase;
import sotto.account.v1.GetChainRequest;
import sotto.account.v1.GetChainResponse;

/// A service whose one call a test decides.
final class FakeAccounts extends AccountServiceImplBase {
  private final BiConsumer<GetChainRequest, StreamObserver<GetChainResponse>> getChain;

  FakeAccounts(BiConsumer<GetChainRequest, StreamObserver<GetChainResponse>> getChain) {
    this.getChain = getChain;
  }

  /// Answers every call with a number.
  static FakeAccounts answering(int sequence) {
    return new FakeAccounts((request, out) -> answer(out, sequence));
  }

  static void answer(StreamObserver<GetChainResponse> out, int sequence) {
    out.onNext(GetChainResponse.newBuilder().setChainSequence(sequence).build());
    out.onCompleted();
  }

  @Override
  public void getChain(GetChainRequest request, StreamObserver<GetChainResponse> out) {
    getChain.accept(request, out);
  }
}
