package sotto.mesh;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import org.jspecify.annotations.Nullable;

/// What client and server spans of a call have in common: names by the semantic conventions of
/// OpenTelemetry for RPC, the status code, and nothing else.
final class Spans {
  /// The trace context of the call that is being served; it goes where gRPC's own context goes.
  static final io.grpc.Context.Key<Context> CONTEXT = io.grpc.Context.key("sotto-trace-context");

  static final TextMapGetter<Metadata> GETTER =
      new TextMapGetter<>() {
        @Override
        public @Nullable String get(@Nullable Metadata headers, String name) {
          return headers == null ? null : headers.get(key(name));
        }
      };

  private static final AttributeKey<String> SYSTEM = AttributeKey.stringKey("rpc.system");
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("rpc.service");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<Long> CODE = AttributeKey.longKey("rpc.grpc.status_code");

  private Spans() {}

  static void set(@Nullable Metadata headers, String name, String value) {
    if (headers != null) {
      headers.discardAll(key(name));
      headers.put(key(name), value);
    }
  }

  static Span start(Tracer tracer, MethodDescriptor<?, ?> method, SpanKind kind, Context parent) {
    SpanBuilder span =
        tracer
            .spanBuilder(method.getFullMethodName())
            .setSpanKind(kind)
            .setParent(parent)
            .setAttribute(SYSTEM, "grpc");
    var service = method.getServiceName();
    var name = method.getBareMethodName();
    if (service != null && name != null) {
      span.setAttribute(SERVICE, service).setAttribute(METHOD, name);
    }
    return span.startSpan();
  }

  static void end(Span span, Status status, boolean failed) {
    span.setAttribute(CODE, (long) status.getCode().value());
    if (failed) {
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
