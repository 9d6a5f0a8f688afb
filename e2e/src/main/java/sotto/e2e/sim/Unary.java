package sotto.e2e.sim;

import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;

/// One answer, or none.
record Unary<A>(Consumer<A> answered, Runnable failed) implements StreamObserver<A> {
  @Override
  public void onNext(A answer) {
    answered.accept(answer);
  }

  @Override
  public void onError(Throwable failure) {
    failed.run();
  }

  @Override
  public void onCompleted() {}
}
