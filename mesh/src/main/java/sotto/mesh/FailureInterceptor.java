package sotto.mesh;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends a call whose service throws.
///
/// An exception with one of our reasons goes to the client as it is. Any other is
/// [sotto.proto.Reason#INTERNAL]: logged once, without messages, and the client is told nothing of
/// it. The service then hears *cancelled* as if the client had gone, so that it lets go of what it
/// holds for the call. Statuses a service closes with get a reason if they have none.
public final class FailureInterceptor implements ServerInterceptor {
  private static final Logger LOG = LoggerFactory.getLogger(FailureInterceptor.class);

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var guarded = new GuardedCall<>(call);
    try {
      return new Guard<>(guarded, next.startCall(guarded, headers));
    } catch (RuntimeException | Error e) {
      end(guarded, e);
      return new ServerCall.Listener<>() {};
    }
  }

  private static void end(GuardedCall<?, ?> call, Throwable thrown) {
    if (thrown instanceof StatusRuntimeException e) {
      call.refuse(e);
    } else {
      // The call logs the cause of what it is closed with.
      call.close(Status.UNKNOWN.withCause(thrown), new Metadata());
    }
  }

  private static final class Guard<Q> extends SimpleForwardingServerCallListener<Q> {
    private final GuardedCall<Q, ?> call;
    // Callbacks of one call come one after the other.
    private boolean over;

    Guard(GuardedCall<Q, ?> call, ServerCall.Listener<Q> listener) {
      super(listener);
      this.call = call;
    }

    @Override
    public void onMessage(Q message) {
      run(() -> super.onMessage(message));
    }

    @Override
    public void onHalfClose() {
      run(super::onHalfClose);
    }

    @Override
    public void onReady() {
      run(super::onReady);
    }

    @Override
    public void onCancel() {
      last(super::onCancel);
    }

    @Override
    public void onComplete() {
      last(super::onComplete);
    }

    private void run(Runnable callback) {
      if (over) {
        return;
      }
      try {
        callback.run();
      } catch (RuntimeException | Error e) {
        end(call, e);
        last(super::onCancel);
      }
    }

    private void last(Runnable callback) {
      if (over) {
        return;
      }
      over = true;
      try {
        callback.run();
      } catch (RuntimeException | Error e) {
        LOG.atError()
            .addKeyValue("method", call.getMethodDescriptor().getFullMethodName())
            .setCause(new Scrubbed(e))
            .log("a call's end failed");
      }
    }
  }
}
