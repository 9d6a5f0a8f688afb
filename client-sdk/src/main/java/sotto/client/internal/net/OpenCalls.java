package sotto.client.internal.net;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// The calls of a channel whose callers have not heard their end yet.
///
/// A channel that has ended says nothing of a caller who has just begun a call and is about to
/// write: the event loop may only end after him, or the write is thrown back at him. Thread-safe.
final class OpenCalls implements ClientInterceptor {
  // One party for each call, and one for who waits.
  private final Phaser phaser = new Phaser(1);

  /// Waits until all have heard; once only.
  ///
  /// @return false if some have not in that time
  boolean awaitEnd(long millis) throws InterruptedException {
    try {
      phaser.awaitAdvanceInterruptibly(phaser.arrive(), millis, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  @Override
  public <Q, A> ClientCall<Q, A> interceptCall(
      MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
    return new Counted<>(next.newCall(method, options));
  }

  private final class Counted<Q, A> extends SimpleForwardingClientCall<Q, A> {
    private final AtomicBoolean ended = new AtomicBoolean();

    Counted(ClientCall<Q, A> call) {
      super(call);
    }

    @Override
    public void start(Listener<A> listener, Metadata headers) {
      phaser.register();
      boolean started = false;
      try {
        super.start(new Watched(listener), headers);
        started = true;
      } finally {
        if (!started) {
          end();
        }
      }
    }

    /// A blocking stub cancels whatever has failed, also what has ended: that is nobody's to hear.
    @Override
    public void cancel(@Nullable String message, @Nullable Throwable cause) {
      if (!ended.get()) {
        super.cancel(message, cause);
      }
    }

    private void end() {
      if (ended.compareAndSet(false, true)) {
        phaser.arriveAndDeregister();
      }
    }

    private final class Watched extends SimpleForwardingClientCallListener<A> {
      Watched(Listener<A> listener) {
        super(listener);
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        try {
          super.onClose(status, trailers);
        } finally {
          end();
        }
      }
    }
  }
}
