package sotto.mesh;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sotto.proto.Statuses;

/// What operators do, a line for each call in the log `sotto.audit` of the process that they
/// called, when the call ends: who by the certificate, which method, on what, and the outcome
/// (`OK`, one of our reasons, or `CANCELLED`). Never content. Calls that an operator may not make
/// are among them.
///
/// Stands outside a [FailureInterceptor], to see what callers see.
public final class Audit implements ServerInterceptor {
  static final String LOGGER = "sotto.audit";

  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);
  private static final Context.Key<Line> LINE = Context.key("sotto-audit");

  /// What is being written about one call. Any thread of it may say what it acts on.
  private static final class Line {
    private final String operator;
    private final String method;
    private final AtomicBoolean written = new AtomicBoolean();
    private volatile String on = "";

    Line(String operator, String method) {
      this.operator = operator;
      this.method = method;
    }

    void write(String outcome) {
      if (written.compareAndSet(false, true)) {
        var event =
            LOG.atInfo()
                .addKeyValue("operator", operator)
                .addKeyValue("method", method)
                .addKeyValue("outcome", outcome);
        (on.isEmpty() ? event : event.addKeyValue("on", on)).log("an operator's call");
      }
    }
  }

  Audit() {}

  /// Says on what the current call acts; the last word counts. Does nothing where no operator
  /// called.
  ///
  /// @param what such as `buckets 0 to 1023`; never content or a name that a person chose
  public static void on(String what) {
    @Nullable Line line = LINE.get();
    if (line != null) {
      line.on = what;
    }
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var operator = MeshPeers.of(call).filter(name -> name.role() == Role.ADMIN);
    if (operator.isEmpty()) {
      return next.startCall(call, headers);
    }
    var line = new Line(operator.get().pod(), call.getMethodDescriptor().getFullMethodName());
    return new Cancelled<>(
        line,
        Contexts.interceptCall(
            Context.current().withValue(LINE, line), new Closed<>(line, call), headers, next));
  }

  private static final class Closed<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final Line line;

    Closed(Line line, ServerCall<Q, R> call) {
      super(call);
      this.line = line;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      line.write(outcome(status, trailers));
      super.close(status, trailers);
    }

    private static String outcome(Status status, Metadata trailers) {
      return status.isOk()
          ? status.getCode().name()
          : Statuses.reason(status.asRuntimeException(trailers))
              .map(Enum::name)
              .orElse(status.getCode().name());
    }
  }

  private static final class Cancelled<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Line line;

    Cancelled(Line line, ServerCall.Listener<Q> listener) {
      super(listener);
      this.line = line;
    }

    @Override
    public void onCancel() {
      line.write(Status.Code.CANCELLED.name());
      super.onCancel();
    }
  }
}
