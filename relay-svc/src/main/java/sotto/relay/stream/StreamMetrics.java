package sotto.relay.stream;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongUpDownCounter;
import io.opentelemetry.api.metrics.Meter;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import sotto.chat.v1.GroupSendResult;
import sotto.chat.v1.MemberResult;
import sotto.chat.v1.SendResult;

/// What the relay counts about its streams. No attribute names an account, a device or content.
/// Thread-safe.
public final class StreamMetrics {
  private static final double MILLIS = 1e3;
  private static final List<Double> SECONDS =
      List.of(.005, .01, .025, .05, .1, .25, .5, 1., 2.5, 5., 10., 60., 600., 3600., 86_400.);
  private static final AttributeKey<String> SOURCE = AttributeKey.stringKey("source");
  private static final Attributes LIVE = Attributes.of(SOURCE, "live");
  private static final Attributes BACKLOG = Attributes.of(SOURCE, "backlog");

  /// Why something is dropped. All of it is worth nothing later.
  enum Drop {
    /// A device sends more than its share.
    EPHEMERAL_LIMIT,
    /// The device's connection takes nothing just now.
    EPHEMERAL_BUSY;

    private Attributes attributes() {
      return Attributes.of(AttributeKey.stringKey("reason"), name().toLowerCase(Locale.ROOT));
    }
  }

  /// What became of a group send.
  private enum GroupOutcome {
    /// Accepted for every recipient.
    ACCEPTED,
    /// For some of them.
    PARTLY,
    /// Of another revision than the group's.
    STALE,
    /// By a limit, a bound, or the group's owner.
    REFUSED,
    /// The group's owner did not answer.
    UNAVAILABLE;

    private Attributes attributes() {
      return Attributes.of(AttributeKey.stringKey("outcome"), name().toLowerCase(Locale.ROOT));
    }

    static GroupOutcome of(GroupSendResult result) {
      if (result.getResultsCount() > 0) {
        return result.getResultsList().stream().allMatch(MemberResult::hasAccepted)
            ? ACCEPTED
            : PARTLY;
      }
      if (result.hasStaleRevision()) {
        return STALE;
      }
      return result.hasUnavailable() ? UNAVAILABLE : REFUSED;
    }
  }

  // For operators, who read them without a collector.
  private final LongAdder accepted = new LongAdder();
  private final LongAdder pushed = new LongAdder();
  private final LongUpDownCounter open;
  private final LongUpDownCounter sealed;
  private final LongCounter sends;
  private final LongCounter groupSends;
  private final LongCounter deliveries;
  private final LongCounter behind;
  private final LongCounter displaced;
  private final LongCounter shed;
  private final LongCounter stalls;
  private final LongCounter dropped;
  private final DoubleHistogram delivery;
  private final Map<SendResult.OutcomeCase, Attributes> outcomes =
      new EnumMap<>(SendResult.OutcomeCase.class);

  /// Counters of a meter, at zero.
  public StreamMetrics(Meter meter) {
    open =
        meter
            .upDownCounterBuilder("sotto.relay.streams")
            .setDescription("Connected devices")
            .setUnit("{stream}")
            .build();
    open.add(0);
    sealed =
        meter
            .upDownCounterBuilder("sotto.relay.sealed.streams")
            .setDescription("Streams of sends whose senders nobody knows")
            .setUnit("{stream}")
            .build();
    sealed.add(0);
    sends = counter(meter, "sends", "Sends as they were answered", "{send}");
    groupSends = counter(meter, "group.sends", "Group sends as they were answered", "{send}");
    deliveries = counter(meter, "deliveries", "Envelopes pushed to devices", "{envelope}");
    behind = counter(meter, "streams.behind", "Times that a stream fell behind", "{time}");
    displaced = counter(meter, "streams.displaced", "Streams that a newer replaced", "{stream}");
    shed = counter(meter, "streams.shed", "Streams that a limit sent away", "{stream}");
    stalls = counter(meter, "window.stalls", "Times that a full window stopped a stream", "{time}");
    dropped = counter(meter, "dropped", "What was dropped, by reason", "{envelope}");
    for (var reason : Drop.values()) {
      dropped.add(0, reason.attributes());
    }
    delivery =
        meter
            .histogramBuilder("sotto.relay.delivery.duration")
            .setDescription("Accepted to acknowledged by the device")
            .setUnit("s")
            .setExplicitBucketBoundariesAdvice(SECONDS)
            .build();
    for (var outcome : SendResult.OutcomeCase.values()) {
      var attributes =
          Attributes.of(AttributeKey.stringKey("outcome"), outcome.name().toLowerCase(Locale.ROOT));
      outcomes.put(outcome, attributes);
      if (outcome != SendResult.OutcomeCase.OUTCOME_NOT_SET) {
        sends.add(0, attributes);
      }
    }
    for (var outcome : GroupOutcome.values()) {
      groupSends.add(0, outcome.attributes());
    }
    List.of(deliveries, behind, displaced, shed, stalls).forEach(counter -> counter.add(0));
  }

  private static LongCounter counter(Meter meter, String name, String what, String unit) {
    return meter.counterBuilder("sotto.relay." + name).setDescription(what).setUnit(unit).build();
  }

  /// A device has acknowledged an envelope.
  ///
  /// @param millis since it was accepted
  /// @param live whether its stream was open by then
  void acknowledged(long millis, boolean live) {
    delivery.record(Math.max(0, millis) / MILLIS, live ? LIVE : BACKLOG);
  }

  /// A stream reads nothing on because its device has not acknowledged enough.
  void stalled() {
    stalls.add(1);
  }

  /// Something is not brought to a device.
  void dropped(Drop why) {
    dropped.add(1, why.attributes());
  }

  void opened() {
    open.add(1);
  }

  void sealedOpened() {
    sealed.add(1);
  }

  void sealedClosed() {
    sealed.add(-1);
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

  /// Sends that were accepted, since the start.
  public long sendsAccepted() {
    return accepted.sum();
  }

  /// Envelopes pushed to devices, since the start.
  public long deliveriesMade() {
    return pushed.sum();
  }

  void answered(SendResult.OutcomeCase outcome) {
    sends.add(1, outcomes.getOrDefault(outcome, Attributes.empty()));
    if (outcome == SendResult.OutcomeCase.ACCEPTED) {
      accepted.increment();
    }
  }

  void answered(GroupSendResult result) {
    groupSends.add(1, GroupOutcome.of(result).attributes());
    accepted.add(result.getResultsList().stream().filter(MemberResult::hasAccepted).count());
  }

  void delivered(int envelopes) {
    deliveries.add(envelopes);
    pushed.add(envelopes);
  }
}
