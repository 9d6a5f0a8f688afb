package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.proto.MessageSpans;

class MessageSpansTest {
  private static final String PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final InMemoryTelemetry telemetry = Telemetry.inMemory();
  private final MessageSpans spans =
      new MessageSpans(telemetry.telemetry().tracer("test"), "message test", SpanKind.SERVER);

  @AfterEach
  void close() {
    telemetry.close();
  }

  @Test
  void span_isWithinWhatTheMessageCarries_andGoesOnWithIt() {
    var carried = spans.begin(1, PARENT);
    assertThat(telemetry.spans()).isEmpty();
    spans.end(1, true);

    SpanData span = telemetry.spans().remove();
    assertThat(span.getParentSpanId()).isEqualTo("b7ad6b7169203331");
    assertThat(carried).isEqualTo("00-" + span.getTraceId() + "-" + span.getSpanId() + "-01");
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
  }

  @Test
  void first_beginsATraceOfItsOwn() {
    assertThat(spans.begin(1)).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-9a-f]");
    spans.end(1, false);

    var span = telemetry.spans().remove();
    assertThat(span.getParentSpanContext().isValid()).isFalse();
    assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
  }

  @Test
  void sameKeyTwice_isOneSpan_andAnUnknownKeyNone() {
    assertThat(spans.begin(1, PARENT)).isNotEmpty();
    assertThat(spans.begin(1, PARENT)).isEmpty();
    spans.end(2, true);
    spans.end(1, true);
    spans.end(1, true);

    assertThat(telemetry.spans()).hasSize(1);
  }

  @Test
  void moreThanMost_areNotTraced_untilOneEnds() {
    LongStream.range(0, MessageSpans.MOST).forEach(key -> spans.begin(key, PARENT));
    assertThat(spans.begin(MessageSpans.MOST, PARENT)).isEmpty();
    spans.end(0, true);
    assertThat(spans.begin(MessageSpans.MOST, PARENT)).isNotEmpty();

    spans.endAll();

    assertThat(telemetry.spans()).hasSize(MessageSpans.MOST + 1);
    assertThat(spans.begin(1, PARENT)).isNotEmpty();
  }

  @Test
  void withoutTelemetry_nothingIsCarriedOn() {
    var off = new MessageSpans(Telemetry.none().tracer("test"), "off", SpanKind.CLIENT);

    assertThat(off.begin(1)).isEmpty();
    assertThat(off.begin(1, PARENT)).isEmpty();
    off.end(1, true);
    off.endAll();
  }
}
