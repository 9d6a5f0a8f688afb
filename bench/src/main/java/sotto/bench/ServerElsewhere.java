package sotto.bench;

import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import sotto.bench.measure.Handshakes;
import sotto.bench.measure.ProcessMeter;
import sotto.bench.measure.Wires;
import sotto.client.ServerAddress;

/// A server that somebody else runs: its limits are its own, and what it spends is not seen.
final class ServerElsewhere implements Target {
  private final String address;
  private final Optional<Path> ca;
  private final Dialer dialer;
  private final Registrar registrar;

  private ServerElsewhere(String address, Optional<Path> ca, Dialer dialer, Registrar registrar) {
    this.address = address;
    this.ca = ca;
    this.dialer = dialer;
    this.registrar = registrar;
  }

  /// Nothing is called yet.
  ///
  /// @param ca whom to trust, PEM; empty = who the Java platform trusts
  static ServerElsewhere at(String address, Optional<Path> ca, Registrar registrar)
      throws IOException {
    return new ServerElsewhere(
        address, ca, ca.isPresent() ? Dialer.trusting(ca.get()) : Dialer.trustingMany(), registrar);
  }

  @Override
  public String described() {
    return "the server at " + address + ", with its own limits";
  }

  @Override
  public Handshakes handshakes() {
    return dialer.handshakes();
  }

  @Override
  public ManagedChannel channel(int relay) {
    return dialer.channel(address);
  }

  @Override
  public ServerAddress address() throws IOException {
    ServerAddress there = ServerAddress.parse(address);
    return ca.isPresent() ? there.trusting(Files.readString(ca.get())) : there;
  }

  @Override
  public List<Person> register(int count) {
    return registrar.register(() -> channel(0), count);
  }

  @Override
  public List<ProcessMeter> meters() {
    return List.of();
  }

  @Override
  public List<Wires.Hop> hops() {
    return List.of();
  }

  @Override
  public void close() {
    dialer.close();
  }
}
