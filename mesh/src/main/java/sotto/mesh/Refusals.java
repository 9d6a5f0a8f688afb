package sotto.mesh;

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

  private final RateLimits<String> said;

  Refusals(MonotonicClock clock) {
    this.said = new RateLimits<>(EACH, MOST, clock);
  }

  /// A connection was refused, by us or by the other side.
  ///
  /// @param address of the other side; a pod's name where we have dialled
  void connection(String address, Refusal refusal) {
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
