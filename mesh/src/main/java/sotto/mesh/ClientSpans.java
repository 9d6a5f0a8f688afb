package sotto.mesh;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;

/// A span for each call that is made, and its context in the call's headers. Its parent is the
/// current span, or the call that is being served where gRPC's context has been taken to another
/// thread.
record ClientSpans(Tracer tracer, TextMapPropagator propagator) implements ClientInterceptor {
  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        var parent = parent();
        var span = Spans.start(tracer, method, SpanKind.CLIENT, parent);
        propagator.inject(parent.with(span), headers, Spans::set);
        super.start(
            new SimpleForwardingClientCallListener<>(listener) {
              @Override
              public void onClose(Status status, Metadata trailers) {
                Spans.end(span, status, !status.isOk());
                super.onClose(status, trailers);
              }
            },
            headers);
      }
    };
  }

  private static Context parent() {
    var here = Context.current();
    if (Span.fromContext(here).getSpanContext().isValid()) {
      return here;
    }
    var served = Spans.CONTEXT.get();
    return served == null ? here : served;
  }
}
