package sotto.bench;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.util.List;
import sotto.bench.measure.ProcessMeter;
import sotto.bench.measure.Wires;

/// An installation that is measured.
interface Target extends AutoCloseable {
  /// What it is, for people.
  String described();

  /// A new connection, made with the first call.
  ///
  /// @param relay of those there are, counted round; a device sends through 0 and receives through
  ///   1
  ManagedChannel channel(int relay);

  /// Makes accounts and signs them in.
  List<Person> register(int count);

  /// A meter for each of its processes that is on this machine; closed by the caller.
  List<ProcessMeter> meters() throws IOException;

  /// Connections whose bytes can be counted on this machine.
  List<Wires.Hop> hops() throws IOException;

  @Override
  void close();
}
