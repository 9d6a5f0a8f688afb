package sotto.bench;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import sotto.bench.measure.Handshakes;
import sotto.bench.measure.ProcessMeter;
import sotto.bench.measure.Wires;
import sotto.client.ServerAddress;

/// An installation that is measured.
interface Target extends AutoCloseable {
  /// What it is, for people.
  String described();

  /// A new connection, made with the first call.
  ///
  /// @param relay of those there are, counted round; a device sends through 0 and receives through
  ///   1
  ManagedChannel channel(int relay);

  /// The TLS handshakes of all connections made so.
  Handshakes handshakes();

  /// Where clients of the SDK find it.
  ServerAddress address() throws IOException;

  /// Makes accounts and signs them in.
  List<Person> register(int count);

  /// A meter for each of its processes that is on this machine; closed by the caller.
  List<ProcessMeter> meters() throws IOException;

  /// Connections whose bytes can be counted on this machine.
  List<Wires.Hop> hops() throws IOException;

  /// A new connection to its database, where that is one MySQL; closed by the caller.
  default Optional<Connection> database() throws SQLException {
    return Optional.empty();
  }

  @Override
  void close();
}
