package sotto.relay.mailbox;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The observer of a unary call: tells one consumer the answer, or another that the call failed.
/// gRPC calls it on its own threads, one call at a time.
///
/// @param <A> the answer
public final class Once<A> implements StreamObserver<A> {
  private final Consumer<A> told;
  private final Consumer<Throwable> failed;
  private @Nullable A answer;

  /// An observer.
  ///
  /// @param told called once, with empty when the call failed; must not block
  public Once(Consumer<Optional<A>> told) {
    this(answer -> told.accept(Optional.of(answer)), _ -> told.accept(Optional.empty()));
  }

  /// An observer to whom it matters how a call failed. One of the two is called, once.
  ///
  /// @param told must not block
  /// @param failed must not block
  public Once(Consumer<A> told, Consumer<Throwable> failed) {
    this.told = told;
    this.failed = failed;
  }

  @Override
  public void onNext(A value) {
    answer = value;
  }

  @Override
  public void onError(Throwable failure) {
    failed.accept(failure);
  }

  @Override
  public void onCompleted() {
    if (answer == null) {
      failed.accept(Status.INTERNAL.withDescription("no answer").asRuntimeException());
    } else {
      told.accept(answer);
    }
  }
}
