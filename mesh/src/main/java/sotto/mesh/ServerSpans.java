package sotto.mesh;

import io.grpc.Contexts;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;

/// A span for each call that is served, within the trace that the caller's headers name; current
/// while the service is called.
record ServerSpans(Tracer tracer, TextMapPropagator propagator) implements ServerInterceptor {
  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var parent = propagator.extract(Context.root(), headers, Spans.GETTER);
    var span = Spans.start(tracer, call.getMethodDescriptor(), SpanKind.SERVER, parent);
    var context = parent.with(span);
    var grpc = io.grpc.Context.current().withValue(Spans.CONTEXT, context);
    try (var _ = context.makeCurrent()) {
      return new Traced<>(
          span, context, Contexts.interceptCall(grpc, new Ending<>(span, call), headers, next));
    }
  }

  /// Ends the span with the status that the call is closed with.
  private static final class Ending<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final Span span;

    Ending(Span span, ServerCall<Q, R> call) {
      super(call);
      this.span = span;
    }

    @Override
    public void close(Status status, Metadata trailers) {
      var ours =
          switch (status.getCode()) {
            case UNKNOWN, INTERNAL, UNAVAILABLE, UNIMPLEMENTED, DATA_LOSS -> true;
            default -> false;
          };
      Spans.end(span, status, ours);
      super.close(status, trailers);
    }
  }

  private static final class Traced<Q> extends SimpleForwardingServerCallListener<Q> {
    private final Span span;
    private final Context context;

    Traced(Span span, Context context, ServerCall.Listener<Q> listener) {
      super(listener);
      this.span = span;
      this.context = context;
    }

    @Override
    public void onMessage(Q message) {
      try (var _ = context.makeCurrent()) {
        super.onMessage(message);
      }
    }

    @Override
    public void onHalfClose() {
      try (var _ = context.makeCurrent()) {
        super.onHalfClose();
      }
    }

    @Override
    public void onReady() {
      try (var _ = context.makeCurrent()) {
        super.onReady();
      }
    }

    @Override
    public void onCancel() {
      // Does nothing where the call was closed before.
      Spans.end(span, Status.CANCELLED, false);
      try (var _ = context.makeCurrent()) {
        super.onCancel();
      }
    }

    @Override
    public void onComplete() {
      try (var _ = context.makeCurrent()) {
        super.onComplete();
      }
    }
  }
}
