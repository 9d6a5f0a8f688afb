package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
  private final Clock clock = Clock.systemUTC();

  @TempDir Path dir;

  private CertificateAuthority open(Clock at) throws IOException {
    return CertificateAuthority.openOrCreate(dir, at, new SecureRandom());
  }

  @Test
  void secondStart_hasTheSameAuthority() throws Exception {
    var first = open(clock);
    var bytes = Files.readAllBytes(first.file());
    var second = open(clock);
    assertThat(second.certificate()).isEqualTo(first.certificate());
    assertThat(Files.readAllBytes(second.file())).isEqualTo(bytes);
    second.issueServer(List.of()).chain().getFirst().verify(first.certificate().getPublicKey());
  }

  @Test
  void key_isReadableByItsOwnerAlone() throws Exception {
    open(clock);
    assertThat(permissions("ca-key.pem")).isEqualTo("rw-------");
    assertThat(permissions("ca.pem")).isEqualTo("rw-r--r--");
    try (var files = Files.list(dir)) {
      assertThat(files).hasSize(2);
    }
  }

  private String permissions(String file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(file)));
  }

  @Test
  void crashBetweenKeyAndCertificate_isMended() throws Exception {
    var file = open(clock).file();
    Files.delete(file);
    open(clock);
    assertThat(file).exists();
  }

  @Test
  void lostKey_isRefusedAndNotReplaced() throws Exception {
    open(clock);
    Files.delete(dir.resolve("ca-key.pem"));
    assertThatIOException().isThrownBy(() -> open(clock)).withMessageContaining("has lost its key");
    assertThat(dir.resolve("ca-key.pem")).doesNotExist();
  }

  @Test
  void keyOfAnotherAuthority_isRefused() throws Exception {
    var file = open(clock).file();
    var other = Files.readAllBytes(file);
    Files.delete(file);
    Files.delete(dir.resolve("ca-key.pem"));
    open(clock);
    Files.write(file, other);
    assertThatIOException()
        .isThrownBy(() -> open(clock))
        .withMessageContaining("do not belong together");
  }

  @Test
  void endedAuthority_saysSo() throws Exception {
    open(clock);
    var later = Clock.offset(clock, Duration.ofDays(3700));
    assertThatIOException().isThrownBy(() -> open(later)).withMessageContaining("ended on");
  }

  @Test
  void server_isTrustedByClientsWhoseClockIsADayBehind() throws Exception {
    var leaf = open(clock).issueServer(List.of()).chain().getFirst();
    leaf.checkValidity(java.util.Date.from(clock.instant().minus(Duration.ofDays(1))));
    leaf.checkValidity(java.util.Date.from(clock.instant().plus(Duration.ofDays(89))));
    assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
  }

  @Test
  void names_areDnsNamesAndAddressesEachOnce() throws Exception {
    var names =
        open(clock)
            .issueServer(List.of("Chat.Example", "10.1.2.3", "0.0.0.0", "localhost", "fd00::1"))
            .chain()
            .getFirst()
            .getSubjectAlternativeNames()
            .stream()
            .map(n -> n.get(0) + " " + n.get(1))
            .toList();
    assertThat(names)
        .containsExactly(
            "2 localhost",
            "7 127.0.0.1",
            "7 0:0:0:0:0:0:0:1",
            "2 chat.example",
            "7 10.1.2.3",
            "7 fd00:0:0:0:0:0:0:1");
  }

  @Test
  void nameThatIsNone_isRefused() throws Exception {
    var ca = open(clock);
    for (var bad : List.of("", "a b", "-x", "x_y", "https://x", "x.", "fe80::1%eth0")) {
      assertThatIllegalArgumentException().isThrownBy(() -> ca.issueServer(List.of(bad)));
    }
  }

  @Test
  void client_trustsTheServersNamesAndNoOthers() throws Exception {
    var ca = open(clock);
    try (var server =
        PublicServer.start(
            new HostPort("127.0.0.1", 0),
            PublicServerConfig.DEFAULTS,
            () -> ca.issueServer(List.of("chat.example")),
            List.of(),
            Telemetry.none())) {
      for (var name : List.of("localhost", "127.0.0.1", "chat.example")) {
        assertThat(check(server.address(), name)).isEqualTo(ServingStatus.SERVING);
      }
      Assertions.assertThatExceptionOfType(StatusRuntimeException.class)
          .isThrownBy(() -> check(server.address(), "other.example"))
          .withMessageContaining("UNAVAILABLE");
    }
  }

  private ServingStatus check(HostPort address, String name) throws InterruptedException {
    var channel = TestClient.connect(address, dir.resolve("ca.pem").toFile(), name);
    try {
      return HealthGrpc.newBlockingStub(channel)
          .withDeadlineAfter(10, TimeUnit.SECONDS)
          .check(HealthCheckRequest.getDefaultInstance())
          .getStatus();
    } finally {
      TestClient.close(channel);
    }
  }
}
