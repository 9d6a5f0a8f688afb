package sotto.relay.mailbox;

import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The observer of a unary call: tells one consumer the answer, or empty when the call failed. gRPC
/// calls it on its own threads, one call at a time.
///
/// @param <A> the answer
public final class Once<A> implements StreamObserver<A> {
  private final Consumer<Optional<A>> told;
  private @Nullable A answer;

  /// An observer.
  ///
  /// @param told called once; must not block
  public Once(Consumer<Optional<A>> told) {
    this.told = told;
  }

  @Override
  public void onNext(A value) {
    answer = value;
  }

  @Override
  public void onError(Throwable failure) {
    told.accept(Optional.empty());
  }

  @Override
  public void onCompleted() {
    told.accept(Optional.ofNullable(answer));
  }
}
