package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.account.v1.AccountServiceGrpc;
import sotto.account.v1.GetServerInfoRequest;
import sotto.account.v1.GetServerInfoResponse;
import sotto.mesh.HostPort;

class ServeTest {
  private static final Pattern READY =
      Pattern.compile("ready (127\\.0\\.0\\.1:[1-9][0-9]*) ca=(/.+)");
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path scratch;

  private record Ready(HostPort address, Path ca) {}

  private ServedProcess serve(String... more) throws IOException {
    var all = new ArrayList<>(List.of("serve", "--data", data().toString()));
    all.addAll(List.of(more));
    return ServedProcess.start(scratch, all.toArray(String[]::new));
  }

  private Path data() {
    return scratch.resolve("data");
  }

  private static Ready ready(ServedProcess server) {
    var line = server.line();
    var matcher = READY.matcher(line);
    assertThat(matcher.matches()).as("%s %s", line, server.errors()).isTrue();
    return new Ready(HostPort.parse(matcher.group(1)), Path.of(matcher.group(2)));
  }

  private static GetServerInfoResponse info(Ready server, Optional<Path> ca, String name)
      throws SSLException, InterruptedException {
    var tls = GrpcSslContexts.forClient();
    ca.ifPresent(file -> tls.trustManager(file.toFile()));
    ManagedChannel channel =
        NettyChannelBuilder.forAddress(server.address().host(), server.address().port())
            .overrideAuthority(name)
            .sslContext(tls.build())
            .build();
    try {
      return AccountServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(30, TimeUnit.SECONDS)
          .getServerInfo(GetServerInfoRequest.getDefaultInstance());
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }

  private static void assertRefused(ServedProcess server, String... parts)
      throws InterruptedException {
    assertThat(server.line()).isEqualTo("(end)");
    assertThat(server.exitCode()).isEqualTo(1);
    assertThat(server.errors()).hasSize(1);
    assertThat(server.errors().getFirst()).startsWith("sotto: ").contains(parts);
  }

  @Test
  void server_isTrustedByItsAuthority_refusesASecond_andStopsInOrder() throws Exception {
    Ready first;
    byte[] authority;
    try (var server = serve("--listen", "127.0.0.1:0", "--name", "chat.example")) {
      first = ready(server);
      authority = Files.readAllBytes(first.ca());
      assertThat(first.ca()).isEqualTo(data().resolve("ca.pem"));
      for (var name : new String[] {"127.0.0.1", "localhost", "chat.example"}) {
        assertThat(info(first, Optional.of(first.ca()), name).getNamesList())
            .contains("localhost", "127.0.0.1", "chat.example");
      }
      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> info(first, Optional.empty(), "localhost"));
      assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> info(first, Optional.of(first.ca()), "other.example"));

      try (var second = serve("--listen", "127.0.0.1:0")) {
        assertRefused(second, "process " + server.pid(), data().toString());
      }

      assertThat(permissions("ca.pem")).isEqualTo("rw-r--r--");
      assertThat(permissions("store")).isEqualTo("rwx------");
      assertThat(permissions("blob")).isEqualTo("rwx------");

      var began = System.nanoTime();
      server.terminate();
      assertThat(server.exitCode()).isZero();
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(8));
      assertThat(server.line()).isEqualTo("(end)");
      for (var line : server.errors()) {
        assertThat(JSON.readTree(line).has("level")).as(line).isTrue();
      }
    }
    try (var again = serve("--listen", first.address().toString())) {
      var second = ready(again);
      assertThat(second).isEqualTo(first);
      assertThat(Files.readAllBytes(second.ca())).isEqualTo(authority);
      info(second, Optional.of(second.ca()), "localhost");
    }
  }

  private String permissions(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(data().resolve(file)));
  }

  @Test
  void probes_seeItReadyOnceClientsCanConnect_withoutACertificate() throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    try (var server = serve("--listen", "127.0.0.1:0", "--set", "probe.listen=127.0.0.1:" + port)) {
      ready(server);
      var channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
      try {
        var answer =
            HealthGrpc.newBlockingStub(channel)
                .withDeadlineAfter(30, TimeUnit.SECONDS)
                .check(HealthCheckRequest.newBuilder().setService("ready").build());
        assertThat(answer.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
      } finally {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
      }
    }
  }

  @Test
  void portThatIsTaken_isOneSentence() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var server = serve("--listen", "127.0.0.1:" + taken.getLocalPort())) {
      assertRefused(server, "cannot listen at 127.0.0.1:" + taken.getLocalPort(), "in use");
    }
  }

  @Test
  void folderThatCannotBeMade_isOneSentence() throws Exception {
    Files.writeString(data(), "a file");
    try (var server = serve("--listen", "127.0.0.1:0")) {
      assertRefused(server, data().toString());
    }
  }

  @Test
  void settingThatIsUnknown_isOneSentence() throws Exception {
    try (var server = serve("--listen", "127.0.0.1:0", "--set", "store.mailbox-lief=1d")) {
      assertRefused(server, "--store.mailbox-lief", "did you mean --store.mailbox-life?");
    }
  }

  @Test
  void databaseThatDoesNotAnswer_isOneSentenceWithoutItsPassword() throws Exception {
    int free;
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = taken.getLocalPort();
    }
    var place = "127.0.0.1:" + free + "/chat";
    try (var server = serve("--listen", "127.0.0.1:0", "--store", "mysql://me:hush@" + place)) {
      assertRefused(server, "mysql://me@" + place, "nothing answers there");
      assertThat(server.errors().getFirst()).doesNotContain("hush");
    }
  }

  @Test
  void wrongUse_exitsWithTwoAndPrintsNoPassword() throws Exception {
    try (var server = serve("--lissen", "x", "--stor", "mysql://me:hush@db/chat")) {
      assertThat(server.exitCode()).isEqualTo(2);
      assertThat(server.errors())
          .anyMatch(l -> l.contains("--lissen"))
          .noneMatch(l -> l.contains("hush"));
    }
  }
}
