package sotto.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static sotto.relay.TestRelay.ALICE;
import static sotto.relay.TestRelay.BOB;

import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import sotto.chat.v1.Delivery;

/// Bob's stream is on another relay than Alice's, and her sends carry the context of a trace.
class TraceTest {
  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final String TRACEPARENT = "00-" + TRACE + "-" + SPAN + "-01";

  private final TestRelay relay = new TestRelay(TestConfigs.tracing(), List.of());

  @AfterEach
  void close() {
    relay.close();
  }

  @Test
  void message_isOneTraceOverBothRelays_andCarriesItOnToTheRecipient() throws Exception {
    var second = relay.secondRelay(TestConfigs.tracing().named("second"));
    var bob = relay.client(second, BOB).live(1);
    var alice = relay.client(ALICE).live(1);

    send(alice, "hello", TRACEPARENT);
    var delivery = bob.deliveries(1).getFirst();
    bob.ack(delivery.getPosition());

    var spans = List.of(take(), take(), take());
    var entry = named(spans, "message relay");
    var forward = named(spans, "message forward");
    var deliver = named(spans, "message deliver");
    assertThat(spans)
        .allSatisfy(span -> {
          assertThat(span.getTraceId()).isEqualTo(TRACE);
          assertThat(span.getAttributes().asMap()).isEmpty();
          assertThat(span.getEvents()).isEmpty();
          assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        });
    assertThat(entry.getParentSpanId()).isEqualTo(SPAN);
    assertThat(forward.getParentSpanId()).isEqualTo(entry.getSpanId());
    assertThat(deliver.getParentSpanId()).isEqualTo(forward.getSpanId());
    assertThat(delivery.getTraceparent())
        .isEqualTo("00-" + TRACE + "-" + deliver.getSpanId() + "-01");
  }

  @Test
  void messageThatWaitsInTheMailbox_arrivesWithoutTrace() throws Exception {
    var alice = relay.client(ALICE).live(1);

    send(alice, "later", TRACEPARENT);
    assertThat(alice.next().getSendResult().hasAccepted()).isTrue();
    var delivery = relay.client(BOB).open(1).deliveries(1).getFirst();

    assertThat(delivery.getTraceparent()).isEmpty();
    assertThat(take().getName()).isEqualTo("message relay");
  }

  @Test
  void relayThatIsNotToldToTrace_passesNothingOn_andSaysSoToItsClients() throws Exception {
    var second = relay.secondRelay(TestConfigs.named("second"));
    var bob = relay.client(BOB).live(1);
    var alice = relay.client(second, ALICE).hello(1);
    assertThat(alice.next().getWelcome().getTraces()).isFalse();
    assertThat(alice.next().hasQueueEmpty()).isTrue();

    send(alice, "hello", TRACEPARENT);
    Delivery delivery = bob.deliveries(1).getFirst();
    bob.ack(delivery.getPosition());
    bob.ping(1);
    assertThat(bob.next().hasPong()).isTrue();

    assertThat(delivery.getTraceparent()).isEmpty();
    assertThat(relay.telemetry.spans()).isEmpty();
  }

  @Test
  void contextThatIsNone_isNotPassedOn_andTheMessageIs() throws Exception {
    var bob = relay.client(BOB).live(1);
    var alice = relay.client(ALICE).hello(1);
    assertThat(alice.next().getWelcome().getTraces()).isTrue();
    assertThat(alice.next().hasQueueEmpty()).isTrue();
    var texts = new ArrayList<String>();
    for (var hostile :
        List.of("x", "00-" + "0".repeat(32) + "-" + SPAN + "-01", "ff-" + "\u00e9".repeat(20))) {
      texts.add(hostile);
      send(alice, hostile, hostile);
    }

    var deliveries = bob.deliveries(texts.size());

    assertThat(TestClient.texts(deliveries)).isEqualTo(texts);
    assertThat(deliveries).allSatisfy(d -> assertThat(d.getTraceparent()).isEmpty());
    assertThat(relay.telemetry.spans()).isEmpty();
  }

  private long request;

  private void send(TestClient from, String text, String traceparent) {
    from.frame(frame ->
        frame.setSend(TestClient.send(BOB, text, ++request, 1).setTraceparent(traceparent)));
  }

  private SpanData take() throws InterruptedException {
    var span = relay.telemetry.spans().poll(TestClient.WAIT_SECONDS, TimeUnit.SECONDS);
    assertThat(span).isNotNull();
    return span;
  }

  private static SpanData named(List<SpanData> spans, String name) {
    return spans.stream().filter(span -> span.getName().equals(name)).findFirst().orElseThrow();
  }
}
