package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetServerInfoRequest;
import sotto.mesh.CertificateAuthority;
import sotto.mesh.HostPort;
import sotto.mesh.MeshName;
import sotto.mesh.Role;

/// The four services as processes of their own, and what is said when one cannot start.
class MeshProcessesTest {
  @TempDir Path scratch;
  private final ArrayDeque<ServedProcess> running = new ArrayDeque<>();

  @AfterEach
  void stop() throws IOException {
    while (!running.isEmpty()) {
      running.pop().close();
    }
  }

  private ServedProcess start(String... arguments) throws IOException {
    var process = ServedProcess.start(scratch, arguments);
    running.push(process);
    return process;
  }

  private ServedProcess serve(String role, String... more) throws IOException {
    var all =
        new ArrayList<>(
            List.of(
                "serve-" + role,
                "--identity",
                scratch.resolve("mesh").resolve(role + "-0.pem").toString()));
    all.addAll(List.of(more));
    return start(all.toArray(String[]::new));
  }

  private void issue() throws Exception {
    var dir = Files.createDirectories(scratch.resolve("mesh"));
    var authority =
        CertificateAuthority.openOrCreate(
            dir, java.time.Clock.systemUTC(), new java.security.SecureRandom());
    for (var role : Role.values()) {
      authority
          .issueMesh(new MeshName(role, role + "-0"), List.of(), Duration.ofDays(1))
          .write(dir.resolve(role + "-0.pem"), dir.resolve(role + "-0-key.pem"));
    }
  }

  private static String freePort() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "127.0.0.1:" + taken.getLocalPort();
    }
  }

  private static String ready(ServedProcess process) {
    var line = process.line();
    assertThat(line).as("%s", process.errors()).startsWith("ready 127.0.0.1:");
    return line.substring("ready ".length());
  }

  private String data(String name) {
    return scratch.resolve(name).toString();
  }

  @Test
  void callOfAClient_goesThroughARelayToAStoreInAnotherProcess() throws Exception {
    issue();
    var storeAt = freePort();
    var store =
        serve("store", "--data", data("s"), "--mesh-listen", storeAt, "--name", "chat.example");
    var presence = serve("presence", "--mesh-listen", "127.0.0.1:0");
    var blob = serve("blob", "--data", data("b"), "--mesh-listen", "127.0.0.1:0");
    assertThat(ready(store)).isEqualTo(storeAt);
    var relay =
        serve(
            "relay",
            "--data",
            data("r"),
            "--listen",
            "127.0.0.1:0",
            "--mesh-listen",
            freePort(),
            "--stores",
            "static:///" + storeAt,
            "--presence",
            "static:///" + ready(presence),
            "--blobs",
            "static:///" + ready(blob));
    var words = ready(relay).split(" ca=", 2);
    assertThat(serverNames(HostPort.parse(words[0]), Path.of(words[1]))).contains("chat.example");
    for (var process : List.of(relay, store, presence, blob)) {
      process.terminate();
      assertThat(process.exitCode()).as("%s", process.errors()).isZero();
    }
  }

  private static List<String> serverNames(HostPort at, Path ca) throws Exception {
    var channel =
        NettyChannelBuilder.forAddress(at.host(), at.port())
            .sslContext(GrpcSslContexts.forClient().trustManager(ca.toFile()).build())
            .build();
    try {
      return AccountServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .getServerInfo(GetServerInfoRequest.getDefaultInstance())
          .getNamesList();
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  @Test
  void certificateOfAnotherRole_isOneSentence() throws Exception {
    issue();
    var store =
        start(
            "serve-store",
            "--identity",
            scratch.resolve("mesh/blob-0.pem").toString(),
            "--data",
            data("s"));
    assertRefused(store, "spiffe://sotto/blob/blob-0", "this is a store");
  }

  @Test
  void listeningEverywhereWithoutAName_isOneSentence() throws Exception {
    issue();
    assertRefused(
        serve("store", "--data", data("s"), "--mesh-listen", "0.0.0.0:7711"), "mesh.advertise");
  }

  @Test
  void relayThatIsGivenAName_isOneSentence() throws Exception {
    assertRefused(serve("relay", "--set", "relay.name=x"), "relay.name", "mesh.advertise");
  }

  private static void assertRefused(ServedProcess process, String... parts)
      throws InterruptedException {
    assertThat(process.exitCode()).isEqualTo(1);
    assertThat(process.errors()).hasSize(1);
    assertThat(process.errors().getFirst()).startsWith("sotto: ").contains(parts);
  }

  @Test
  void authorities_makeFilesThatOnlyTheirOwnerReadsKeysOf() throws Exception {
    var dir = scratch.resolve("ca");
    var out = scratch.resolve("out");
    var made =
        start("mesh-ca", "--dir", dir.toString(), "issue", "relay", "r-1", "--out", out.toString());
    assertThat(made.line()).isEqualTo(out.resolve("r-1.pem").toString());
    assertThat(made.exitCode()).isZero();
    assertThat(Files.readAllBytes(out.resolve("ca.pem")))
        .isEqualTo(Files.readAllBytes(dir.resolve("ca.pem")));
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("ca-key.pem"))))
        .isEqualTo("rw-------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(out.resolve("r-1-key.pem"))))
        .isEqualTo("rw-------");
    assertThat(out.resolve("ca-key.pem")).doesNotExist();

    var wrong = start("mesh-ca", "--dir", dir.toString(), "issue", "captain", "r-1");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.errors().getFirst()).contains("relay, store, presence, blob, admin");
  }
}
