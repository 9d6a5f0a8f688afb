package sotto.standalone.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import sotto.mesh.HostPort;
import sotto.mesh.Role;
import sotto.standalone.admin.StatusWatch.Counts;

class StatusPageTest {
  private static final Pattern SCRIPT = Pattern.compile("script-src 'nonce-([A-Za-z0-9+/=]{24})'");

  private final HttpClient http = HttpClient.newHttpClient();
  private StatusPage page;

  @BeforeEach
  void open() throws IOException {
    page = StatusPage.open(new HostPort("127.0.0.1", 0), new Statuses(), new SecureRandom());
  }

  @AfterEach
  void close() {
    http.close();
    page.close();
  }

  private HttpResponse<String> ask(String method, String path) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create(page.url()).resolve(path))
            .method(method, BodyPublishers.noBody())
            .build(),
        BodyHandlers.ofString());
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  void page_bringsAllOfItsOwn_andRunsNothingElse() throws Exception {
    var answer = ask("GET", "/");
    assertThat(answer.statusCode()).isEqualTo(200);
    var policy = header(answer, "Content-Security-Policy");
    assertThat(policy)
        .contains("default-src 'none'", "base-uri 'none'", "form-action 'none'")
        .contains("frame-ancestors 'none'", "connect-src 'self'")
        .doesNotContain("unsafe", "http:", "https:", "*");
    var nonce = SCRIPT.matcher(policy);
    assertThat(nonce.find()).isTrue();
    assertThat(answer.body())
        .contains("<script nonce=\"" + nonce.group(1) + "\">")
        .contains("<style nonce=\"" + nonce.group(1) + "\">")
        .doesNotContain("NONCE", "http:", "https:", "innerHTML", " style=", " onclick");
    assertThat(header(ask("GET", "/"), "Content-Security-Policy")).isNotEqualTo(policy);
    assertThat(answer.headers().map()).doesNotContainKey("set-cookie");
    assertThat(header(answer, "X-Content-Type-Options")).isEqualTo("nosniff");
    assertThat(header(answer, "Cache-Control")).isEqualTo("no-store");
  }

  @Test
  void status_isJson_withWhatIsUnknownAsNull() throws Exception {
    var json = new ObjectMapper().readTree(ask("GET", "/status").body());
    assertThat(json.path("well").asBoolean()).isFalse();
    assertThat(json.path("accepted_per_s").asDouble()).isEqualTo(12.34);
    assertThat(json.path("delivered_per_s").isNull()).isTrue();
    assertThat(json.path("waiting").asLong()).isEqualTo(4);
    assertThat(json.path("waiting_bytes").asLong()).isEqualTo(4106);
    assertThat(json.path("oldest_s").asLong()).isEqualTo(10_800);
    assertThat(json.at("/parts/1/why").asText()).contains("nothing listens");
  }

  @Test
  void onlyGet_isAnswered_andNothingElseIsThere() throws Exception {
    for (var method : new String[] {"POST", "PUT", "DELETE", "OPTIONS"}) {
      assertThat(ask(method, "/").statusCode()).isEqualTo(405);
      assertThat(ask(method, "/status").statusCode()).isEqualTo(405);
    }
    assertThat(ask("GET", "/etc/passwd").statusCode()).isEqualTo(404);
    assertThat(ask("GET", "/../status").statusCode()).isEqualTo(404);
  }

  @Test
  void requestUnderAnotherName_isRefused() throws Exception {
    var at = HostPort.parse(URI.create(page.url()).getAuthority());
    for (var host : new String[] {"evil.example:" + at.port(), "evil.example", ""}) {
      try (var socket = new Socket(at.host(), at.port())) {
        socket
            .getOutputStream()
            .write(
                ("GET /status HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .contains("403")
            .doesNotContain("parts");
      }
    }
    assertThat(ask("GET", "http://localhost:" + at.port() + "/status").statusCode()).isEqualTo(200);
  }

  @Test
  void rate_isThatOfTheRelaysThatGoOn() {
    var at = Instant.parse("2026-01-02T03:04:05Z");
    var a = new Pod(Role.RELAY, "a:1");
    var b = new Pod(Role.RELAY, "b:1");
    var c = new Pod(Role.RELAY, "c:1");
    var before = Map.of(a, new Counts(at, 100, 5), b, new Counts(at, 50, 50));
    var later = at.plusSeconds(5);
    var now =
        Map.of(
            a, new Counts(later, 110, 30),
            // It has begun anew.
            b, new Counts(later, 3, 3),
            c, new Counts(later, 7, 7));
    assertThat(StatusWatch.rate(before, now, true)).isEqualTo(OptionalDouble.of(2));
    assertThat(StatusWatch.rate(before, now, false)).isEqualTo(OptionalDouble.of(5));
    assertThat(StatusWatch.rate(Map.of(), now, true)).isEmpty();
  }
}
