package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What real processes show to Prometheus is what the operators' page says, and names nobody.
@ExtendWith(Stage.Given.class)
class MetricsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir Path dir;

  @Test
  void standalone_showsEveryMetricOfTheTableAndNoOther(Stage stage) throws Exception {
    var table = MetricsTable.of(stage.checkout());
    int port = freePort();
    try (var server =
        ServerProcess.start(
            stage.checkout(),
            dir,
            process -> {
              process.environment().putAll(prometheus(port));
              return process;
            })) {
      var alice = stage.cliAt(server, "metrics.alice");
      var bob = stage.cliAt(server, "metrics.bob");
      var file = Files.write(dir.resolve("file"), new byte[300_000]);
      alice.ok("send", bob.name(), "hello", "--file", file.toString());
      bob.ok("receive");
      var scraped = scrape(port);

      assertThat(types(scraped)).isEqualTo(table.types(_ -> true));
      assertThat(scraped)
          .contains("sotto_relay_sends_total{outcome=\"accepted\"}")
          .contains("grpc_status=\"OK\"")
          .doesNotContain(alice.name())
          .doesNotContain(bob.name())
          .doesNotContain("127.0.0.1")
          .doesNotContain("in-process");
      assertThat(value(scraped, "sotto_store_envelopes_total")).isPositive();
      assertThat(value(scraped, "sotto_store_buckets")).isEqualTo(1024);
      assertThat(value(scraped, "sotto_blob_stored_bytes_total")).isGreaterThan(300_000);
    }
  }

  @Test
  void processOfAMesh_showsItsOwnAndThoseOfSeveral(Stage stage) throws Exception {
    var table = MetricsTable.of(stage.checkout());
    var ca = dir.resolve("ca").toString();
    var identity = dir.resolve("presence-0");
    try (var issue =
        new Running(
            "mesh-ca",
            stage
                .checkout()
                .sotto(
                    "mesh-ca",
                    "--dir",
                    ca,
                    "issue",
                    "presence",
                    "presence-0",
                    "--out",
                    identity.toString()))) {
      assertThat(issue.awaitEnd(LIMIT)).as(issue.err()).isZero();
    }
    int port = freePort();
    var process =
        stage
            .checkout()
            .sotto(
                "serve-presence",
                "--identity",
                identity.resolve("presence-0.pem").toString(),
                "--mesh-listen",
                "127.0.0.1:0");
    process.environment().putAll(prometheus(port));
    try (var presence = new Running("presence", process)) {
      presence.awaitLine(l -> l.startsWith("ready "), LIMIT);
      var called = table.types(r -> r.name().startsWith("grpc."));
      var types = types(scrape(port));
      types.removeAll(called);
      var own = Set.of("all", "presence");
      var expected = table.types(r -> r.processes().stream().anyMatch(own::contains));
      expected.removeAll(called);
      assertThat(types).isEqualTo(expected);
    }
  }

  private static Map<String, String> prometheus(int port) {
    return Map.of(
        "OTEL_METRICS_EXPORTER",
        "prometheus",
        "OTEL_EXPORTER_PROMETHEUS_PORT",
        Integer.toString(port));
  }

  private static int freePort() throws Exception {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static String scrape(int port) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      var answer =
          http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
              BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      return answer.body();
    }
  }

  private static Set<String> types(String scraped) {
    return scraped.lines().filter(l -> l.startsWith("# TYPE ")).collect(Collectors.toSet());
  }

  private static double value(String scraped, String series) {
    return scraped
        .lines()
        .filter(l -> l.startsWith(series + " "))
        .mapToDouble(l -> Double.parseDouble(l.substring(series.length() + 1)))
        .findFirst()
        .orElseThrow();
  }
}
