package sotto.mesh;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.Meter;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs who was refused and why, once a minute for each peer and reason, so that neither a peer
/// that tries again and again nor a stranger fills the log. Addresses stand here, unlike elsewhere:
/// only processes of the mesh, or who poses as one, reach its ports. Thread-safe.
final class Refusals {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final Rate EACH = new Rate(1, Duration.ofMinutes(1));
  private static final int MOST = 1024;

  private static final AttributeKey<String> WHAT = AttributeKey.stringKey("what");
  private static final Attributes CONNECTION = Attributes.of(WHAT, "connection");
  private static final Attributes CALL = Attributes.of(WHAT, "call");

  private final RateLimits<String> said;
  private final LongCounter refused;

  Refusals(MonotonicClock clock, Meter meter) {
    this.said = new RateLimits<>(EACH, MOST, clock);
    this.refused =
        meter
            .counterBuilder("sotto.mesh.refusals")
            .setDescription("Connections and calls between processes that one of them refused")
            .setUnit("{refusal}")
            .build();
    refused.add(0, CONNECTION);
    refused.add(0, CALL);
  }

  /// A connection was refused, by us or by the other side.
  ///
  /// @param address of the other side; a pod's name where we have dialled
  void connection(String address, Refusal refusal) {
    refused.add(1, CONNECTION);
    if (first(hostOf(address), refusal.why())) {
      LOG.atWarn()
          .addKeyValue("peer", refusal.peer().orElse("unknown"))
          .addKeyValue("address", address)
          .addKeyValue("why", refusal.why())
          .log(refusal.byPeer() ? "a peer refuses this process" : "refused a peer");
    }
  }

  /// This server has refused a call.
  void refused(String peer, String method, String why) {
    refused.add(1, CALL);
    if (first(peer, method)) {
      LOG.atWarn()
          .addKeyValue("peer", peer)
          .addKeyValue("method", method)
          .addKeyValue("why", why)
          .log("refused a call");
    }
  }

  /// A server has refused a call of this process.
  void wasRefused(String pod, String method, String why) {
    refused.add(1, CALL);
    if (first(pod, method)) {
      LOG.atWarn()
          .addKeyValue("peer", pod)
          .addKeyValue("method", method)
          .addKeyValue("why", why)
          .log("a peer refuses a call of this process");
    }
  }

  private boolean first(String who, String why) {
    return said.take(who + " " + why, 1).equals(Permit.GRANTED);
  }

  /// Each connection comes from a port of its own.
  private static String hostOf(String address) {
    var colon = address.lastIndexOf(':');
    return address.startsWith("/") && colon > 0 ? address.substring(0, colon) : address;
  }
}
