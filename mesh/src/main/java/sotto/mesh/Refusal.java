package sotto.mesh;

import io.netty.handler.ssl.NotSslRecordException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/// Why a TLS connection between two processes of the mesh was refused.
///
/// @param peer whose certificate it was, as far as it says; empty if it has shown none
/// @param why in words
/// @param byPeer whether the other side refused
record Refusal(Optional<String> peer, String why, boolean byPeer) {
  private static final int DEEPEST = 8;
  // What BoringSSL and the JDK call an alert that came from the other side.
  private static final Pattern ALERT =
      Pattern.compile("(?:ALERT_|fatal alert: )([A-Za-z_]+)", Pattern.CASE_INSENSITIVE);
  private static final Pattern NO_CERTIFICATE =
      Pattern.compile("PEER_DID_NOT_RETURN_A_CERTIFICATE|Empty client certificate chain");

  /// What an exception of a connection means.
  ///
  /// @return empty if nobody was refused: the connection has merely ended
  static Optional<Refusal> of(Throwable thrown) {
    var cause = thrown;
    Optional<Refusal> found = Optional.empty();
    for (var i = 0; cause != null && i < DEEPEST; i++) {
      if (cause instanceof UntrustedPeer untrusted) {
        return Optional.of(new Refusal(Optional.of(untrusted.peer()), untrusted.why(), false));
      }
      if (found.isEmpty()) {
        found = one(cause);
      }
      cause = cause.getCause();
    }
    return found;
  }

  private static Optional<Refusal> one(Throwable cause) {
    if (cause instanceof NotSslRecordException) {
      return Optional.of(new Refusal(Optional.empty(), "it does not speak TLS", false));
    }
    if (!(cause instanceof SSLException) || cause.getMessage() == null) {
      return Optional.empty();
    }
    if (NO_CERTIFICATE.matcher(cause.getMessage()).find()) {
      return Optional.of(new Refusal(Optional.empty(), "it shows no certificate", false));
    }
    var alert = ALERT.matcher(cause.getMessage());
    return alert.find()
        ? Optional.of(
            new Refusal(
                Optional.empty(),
                "it answers: " + alert.group(1).toLowerCase(Locale.ROOT).replace('_', ' '),
                true))
        : Optional.empty();
  }
}
