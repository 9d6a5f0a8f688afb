package sotto.proto;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The spans of the messages that are on one part of their way, such as on a device's stream.
///
/// A message's trace goes from the sender's SDK to the recipient's in the `traceparent` fields of
/// what carries it ([W3C Trace Context](https://www.w3.org/TR/trace-context/)), and is never
/// stored: a message that waits in a mailbox arrives without. A span has a name and two times, and
/// no attribute: neither who nor what. What is not sampled is not carried on.
///
/// Not thread-safe: all calls of one come from one turn.
public final class MessageSpans {
  /// The most messages of one part that are traced at a time; those above are not.
  public static final int MOST = 256;

  private static final String FIELD = "traceparent";
  private static final W3CTraceContextPropagator FORMAT = W3CTraceContextPropagator.getInstance();
  private static final TextMapGetter<String> GETTER =
      new TextMapGetter<>() {
        @Override
        public @Nullable String get(@Nullable String carrier, String key) {
          return key.equals(FIELD) ? carrier : null;
        }
      };

  private final Tracer tracer;
  private final String name;
  private final SpanKind kind;
  private Map<Long, Span> open = Map.of();

  /// No spans yet.
  ///
  /// @param tracer makes them; one that does nothing = no message is traced
  /// @param name of each
  /// @param kind of each
  public MessageSpans(Tracer tracer, String name, SpanKind kind) {
    this.tracer = tracer;
    this.name = name;
    this.kind = kind;
  }

  /// Begins the first span of a message's trace.
  ///
  /// @param key names the message until [#end]
  /// @return what the message carries on; empty = it is not traced
  public String begin(long key) {
    return begin(key, Context.current());
  }

  /// Begins the span of a message.
  ///
  /// @param key names the message until [#end]
  /// @param traceparent what the message carries; anything
  /// @return what it carries on; empty = it is not traced
  public String begin(long key, String traceparent) {
    if (traceparent.isEmpty()) {
      return "";
    }
    var parent = FORMAT.extract(Context.root(), traceparent, GETTER);
    return Span.fromContext(parent).getSpanContext().isValid() ? begin(key, parent) : "";
  }

  private String begin(long key, Context parent) {
    if (open.size() >= MOST || open.containsKey(key)) {
      return "";
    }
    var span = tracer.spanBuilder(name).setSpanKind(kind).setParent(parent).startSpan();
    if (!span.isRecording()) {
      return "";
    }
    if (open.isEmpty()) {
      open = new HashMap<>();
    }
    open.put(key, span);
    var carried = new StringBuilder();
    FORMAT.inject(
        parent.with(span),
        carried,
        (into, field, value) -> {
          if (into != null && field.equals(FIELD)) {
            into.append(value);
          }
        });
    return carried.toString();
  }

  /// Ends the span of a message; does nothing if there is none.
  ///
  /// @param good whether this part did what it is for
  public void end(long key, boolean good) {
    if (!open.isEmpty()) {
      var span = open.remove(key);
      if (span != null) {
        finish(span, good);
      }
    }
  }

  /// Ends all, which this part has not brought to an end.
  public void endAll() {
    open.values().forEach(span -> finish(span, false));
    open = Map.of();
  }

  private static void finish(Span span, boolean good) {
    if (!good) {
      span.setStatus(StatusCode.ERROR);
    }
    span.end();
  }
}
