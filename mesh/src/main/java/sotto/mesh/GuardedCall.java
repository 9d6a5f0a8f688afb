package sotto.mesh;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A server call that can be ended while its service still answers: what the service sends
/// afterwards is dropped.
///
/// Every status that leaves it carries one of our reasons. `ended` is guarded by `this`; the calls
/// made under the lock only queue.
final class GuardedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
  private static final Logger LOG = LoggerFactory.getLogger(GuardedCall.class);

  private boolean ended;

  GuardedCall(ServerCall<Q, R> call) {
    super(call);
  }

  /// Ends the call unless it has ended.
  void refuse(StatusRuntimeException why) {
    var trailers = why.getTrailers();
    close(why.getStatus(), trailers == null ? new Metadata() : trailers);
  }

  @Override
  public synchronized void request(int messages) {
    if (!ended) {
      super.request(messages);
    }
  }

  @Override
  public synchronized void sendHeaders(Metadata headers) {
    if (!ended) {
      super.sendHeaders(headers);
    }
  }

  @Override
  public synchronized void sendMessage(R message) {
    if (!ended) {
      super.sendMessage(message);
    }
  }

  @Override
  public void close(Status status, Metadata trailers) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
    }
    if (status.isOk()) {
      super.close(status, trailers);
      return;
    }
    var failed = Failures.reasoned(status, trailers);
    if (failed.getStatus().getCode() == Status.Code.INTERNAL) {
      logFailure(status);
    }
    super.close(failed.getStatus(), Failures.trailersOf(failed));
  }

  private void logFailure(Status status) {
    var event =
        LOG.atError()
            .addKeyValue("method", getMethodDescriptor().getFullMethodName())
            .addKeyValue("code", status.getCode());
    var cause = status.getCause();
    if (cause != null) {
      event = event.setCause(new Scrubbed(cause));
    }
    event.log("call failed");
  }
}
