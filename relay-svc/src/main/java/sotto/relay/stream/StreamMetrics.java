package sotto.relay.stream;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import sotto.chat.v1.SendResult;

/// What the relay counts about its streams. No attribute names an account, a device or content.
/// Thread-safe.
public final class StreamMetrics {
  private final LongUpDownCounter open;
  private final LongCounter sends;
  private final LongCounter deliveries;
  private final LongCounter behind;
  private final LongCounter displaced;
  private final LongCounter shed;
  private final Map<SendResult.OutcomeCase, Attributes> outcomes =
      new EnumMap<>(SendResult.OutcomeCase.class);

  /// Counters of a meter.
  public StreamMetrics(Meter meter) {
    open = meter.upDownCounterBuilder("sotto.relay.streams").setUnit("{stream}").build();
    sends = meter.counterBuilder("sotto.relay.sends").setUnit("{send}").build();
    deliveries = meter.counterBuilder("sotto.relay.deliveries").setUnit("{envelope}").build();
    behind = meter.counterBuilder("sotto.relay.streams.behind").setUnit("{time}").build();
    displaced = meter.counterBuilder("sotto.relay.streams.displaced").setUnit("{stream}").build();
    shed = meter.counterBuilder("sotto.relay.streams.shed").setUnit("{stream}").build();
    for (var outcome : SendResult.OutcomeCase.values()) {
      outcomes.put(
          outcome,
          Attributes.of(
              AttributeKey.stringKey("outcome"), outcome.name().toLowerCase(Locale.ROOT)));
    }
  }

  void opened() {
    open.add(1);
  }

  void closed(long timesBehind) {
    open.add(-1);
    behind.add(timesBehind);
  }

  void displaced() {
    displaced.add(1);
  }

  /// One was sent away by a limit.
  void shed() {
    shed.add(1);
  }

  void answered(SendResult.OutcomeCase outcome) {
    sends.add(1, outcomes.getOrDefault(outcome, Attributes.empty()));
  }

  void delivered(int envelopes) {
    deliveries.add(envelopes);
  }
}
