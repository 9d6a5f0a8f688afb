package sotto.mesh;

import com.google.protobuf.ByteString;
import io.grpc.BindableService;
import io.grpc.Channel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetChainRequest;

/// A mesh of one test, in a folder: its authority, and processes that are threads of the test.
final class TestMesh implements AutoCloseable {
  static final Duration LIFE = Duration.ofDays(1);
  private static final GetChainRequest REQUEST =
      GetChainRequest.newBuilder().setAccountId(ByteString.copyFrom(new byte[16])).build();

  private final Path dir;
  private final CertificateAuthority authority;
  private final ArrayDeque<Runnable> open = new ArrayDeque<>();

  TestMesh(Path dir) throws IOException {
    this(dir, Clock.systemUTC());
  }

  /// @param clock when certificates begin
  TestMesh(Path dir, Clock clock) throws IOException {
    this.dir = Files.createDirectories(dir);
    this.authority = CertificateAuthority.openOrCreate(dir, clock, new SecureRandom());
  }

  /// The files of a process, which are made.
  MeshConfig files(Role role, String pod) throws IOException {
    issue(role, pod);
    return withCa(authority.file(), pod);
  }

  void issue(Role role, String pod) throws IOException {
    authority
        .issueMesh(new MeshName(role, pod), List.of(), LIFE)
        .write(dir.resolve(pod + ".pem"), dir.resolve(pod + "-key.pem"));
  }

  Path ca() {
    return authority.file();
  }

  /// The same, believing another authority.
  MeshConfig withCa(Path ca, String pod) {
    return new MeshConfig(
        new HostPort("127.0.0.1", 0),
        Optional.empty(),
        ca,
        dir.resolve(pod + ".pem"),
        dir.resolve(pod + "-key.pem"),
        Duration.ofSeconds(10),
        Duration.ofMillis(200),
        Duration.ofSeconds(2),
        Duration.ofMillis(100));
  }

  /// The same, listening elsewhere.
  MeshConfig at(MeshConfig config, HostPort listen) {
    return new MeshConfig(
        listen,
        config.advertise(),
        config.ca(),
        config.certificate(),
        config.key(),
        config.keepAlive(),
        config.keepAliveTimeout(),
        config.connect(),
        config.refresh());
  }

  MeshNetwork join(MeshConfig config, Role role) throws IOException {
    return join(config, role, Executors.newSingleThreadScheduledExecutor());
  }

  MeshNetwork join(MeshConfig config, Role role, ScheduledExecutorService timer)
      throws IOException {
    var network = MeshNetwork.open(config, role, Clock.systemUTC(), Telemetry.none(), timer);
    open.push(network::close);
    return network;
  }

  MeshNetwork join(Role role, String pod) throws IOException {
    return join(files(role, pod), role);
  }

  /// A server's name.
  String serve(MeshNetwork network, BindableService... services) throws IOException {
    var server = network.serve(List.of(services));
    open.push(server::close);
    return server.address().toString();
  }

  static PodTarget target(String... pods) {
    return new PodTarget("static:///" + String.join(",", pods));
  }

  /// Calls a [FakeAccounts].
  static int call(Channel channel) {
    return AccountServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .getChain(REQUEST)
        .getChainSequence();
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      open.pop().run();
    }
  }
}
