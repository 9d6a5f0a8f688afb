package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.mesh.CertificateAuthority;
import sotto.mesh.MeshName;
import sotto.mesh.Role;
import sotto.mesh.ServerIdentity;

class SecretCertificatesTest {
  private static final Duration LIFE = Duration.ofDays(28);
  // Certificates begin two days before they are made.
  private static final Duration TWO_THIRDS = Duration.ofDays(18);
  private static final Instant START = Instant.parse("2030-01-01T00:00:00Z");

  private final FakeKubernetes kubernetes = new FakeKubernetes();
  @TempDir Path scratch;

  @AfterEach
  void close() {
    kubernetes.close();
  }

  private List<String> run(Instant at) throws IOException {
    try (var secrets = kubernetes.secrets()) {
      var certificates =
          new SecretCertificates(secrets, Clock.fixed(at, ZoneOffset.UTC), new SecureRandom());
      Function<CertificateAuthority, ServerIdentity> issue =
          ca -> ca.issueMesh(new MeshName(Role.STORE, "chat"), List.of(), LIFE);
      certificates.keep("chat-authority", Map.of("chat-store", issue));
      return certificates.made();
    }
  }

  private Map<String, byte[]> held(String name) throws IOException {
    try (var secrets = kubernetes.secrets()) {
      return secrets.find(name).orElseThrow().data();
    }
  }

  private X509Certificate certificate(String secret, String entry) throws IOException {
    var file = Files.write(scratch.resolve("one.pem"), held(secret).get(entry));
    return ServerIdentity.readChain(file).getFirst();
  }

  @Test
  void certificatesAreMadeOnce_ofAnAuthorityThatStays() throws Exception {
    assertThat(run(START)).containsExactly("chat-authority", "chat-store");
    var first = held("chat-store").get("tls.crt");

    assertThat(run(START.plus(Duration.ofDays(1)))).isEmpty();
    assertThat(held("chat-store").get("tls.crt")).isEqualTo(first);
    certificate("chat-store", "tls.crt")
        .verify(certificate("chat-authority", "tls.crt").getPublicKey());
    assertThat(held("chat-store").get("ca.crt")).isEqualTo(held("chat-authority").get("tls.crt"));
  }

  @Test
  void certificateIsRenewed_onceAThirdOfItsLifeIsLeft() throws Exception {
    run(START);
    var first = held("chat-store").get("tls.crt");

    assertThat(run(START.plus(TWO_THIRDS).minus(Duration.ofHours(1)))).isEmpty();
    assertThat(run(START.plus(TWO_THIRDS).plus(Duration.ofHours(1)))).containsExactly("chat-store");
    assertThat(held("chat-store").get("tls.crt")).isNotEqualTo(first);
    assertThat(held("chat-store")).containsOnlyKeys("tls.crt", "tls.key", "ca.crt");
  }

  @Test
  void certificateOfAnotherAuthority_isMadeAnew() throws Exception {
    run(START);
    try (var secrets = kubernetes.secrets()) {
      var was = secrets.find("chat-store").orElseThrow();
      secrets.replace(
          "chat-store",
          was,
          Map.of(
              "tls.crt", was.data().get("tls.crt"),
              "tls.key", was.data().get("tls.key"),
              "ca.crt", new byte[] {1}));
    }

    assertThat(run(START)).containsExactly("chat-store");
  }

  @Test
  void changeThatAnotherMadeMeanwhile_isNotWrittenOver() throws Exception {
    run(START);
    try (var secrets = kubernetes.secrets()) {
      var was = secrets.find("chat-store").orElseThrow();
      secrets.replace("chat-store", was, was.data());

      assertThatThrownBy(() -> secrets.replace("chat-store", was, was.data()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("409")
          .hasMessageContaining("modified");
    }
  }

  @Test
  void refusal_isTold_withoutTheToken() {
    try (var secrets = kubernetes.secrets("a wrong token")) {
      assertThatThrownBy(() -> secrets.find("chat-store"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("403")
          .hasMessageContaining("forbidden")
          .hasMessageNotContaining("a wrong token");
    }
  }
}
