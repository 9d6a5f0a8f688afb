package sotto.mesh;

import java.time.Duration;

/// What a stranger can make the public port hold.
///
/// @param maxMessageBytes the largest message taken, 64 KiB to 16 MiB
/// @param flowControlWindow how much a peer may send before it is read, for each call and each
///   connection; bytes, 64 KiB to 1 MiB
/// @param maxCallsPerConnection calls at a time on one connection, 1 to 1024; more wait at the
///   client
/// @param idle a connection without calls is closed after this, 10 s to a day
/// @param handshake how long a TLS handshake may take, 1 s to a minute
/// @param handshakes TLS handshakes that may begin; connections above are closed at once
/// @param maxConnections connections at a time, 1 to 10,000,000
/// @param maxConnectionsPerAddress connections of one address (IPv6: one /64) at a time, 1 to
///   10,000,000; behind one may be a whole company
public record PublicServerConfig(
    int maxMessageBytes,
    int flowControlWindow,
    int maxCallsPerConnection,
    Duration idle,
    Duration handshake,
    Rate handshakes,
    int maxConnections,
    int maxConnectionsPerAddress) {
  /// A client frame of 1 MiB and what its outer fields take.
  public static final PublicServerConfig DEFAULTS =
      new PublicServerConfig(
          (1 << 20) + (1 << 16),
          1 << 18,
          16,
          Duration.ofMinutes(5),
          Duration.ofSeconds(10),
          new Rate(2_000, Duration.ofSeconds(2)),
          200_000,
          10_000);

  /// Checks the bounds.
  ///
  /// @throws IllegalArgumentException naming field, value and bound
  public PublicServerConfig {
    Require.between("max-message-bytes", maxMessageBytes, 1 << 16, 1 << 24);
    Require.between("flow-control-window", flowControlWindow, 1 << 16, 1 << 20);
    Require.between("max-calls-per-connection", maxCallsPerConnection, 1, 1024);
    Require.between("idle", idle, Duration.ofSeconds(10), Duration.ofDays(1));
    Require.between("handshake", handshake, Duration.ofSeconds(1), Duration.ofMinutes(1));
    Require.between("max-connections", maxConnections, 1, 10_000_000);
    Require.between("max-connections-per-address", maxConnectionsPerAddress, 1, 10_000_000);
  }
}
