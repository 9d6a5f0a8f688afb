package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrometheusPortTest {
  private static HttpResponse<String> get(PrometheusPort port, String path) throws Exception {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.address().getPort() + path))
              .build(),
          BodyHandlers.ofString());
    }
  }

  @Test
  void metrics_areShownAsPrometheusReadsThem() throws Exception {
    var port = PrometheusPort.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    try (var provider = SdkMeterProvider.builder().registerMetricReader(port).build()) {
      var meter = provider.get("test");
      meter
          .counterBuilder("a.count")
          .setUnit("By")
          .setDescription("line\nbreak")
          .build()
          .add(3, Attributes.of(AttributeKey.stringKey("how.so"), "a\"b\\c\nd"));
      meter.upDownCounterBuilder("a.level").setUnit("{thing}").build().add(-2);
      var times =
          meter
              .histogramBuilder("a.time")
              .setUnit("s")
              .setExplicitBucketBoundariesAdvice(List.of(1.0, 2.0))
              .build();
      times.record(0.5);
      times.record(1.5);
      times.record(9);
      var answer = get(port, "/metrics");
      assertThat(answer.headers().firstValue("Content-Type")).contains(PrometheusText.TYPE);
      assertThat(answer.body().lines())
          .containsExactlyInAnyOrder(
              "# HELP a_count_bytes_total line\\nbreak",
              "# TYPE a_count_bytes_total counter",
              "a_count_bytes_total{how_so=\"a\\\"b\\\\c\\nd\"} 3",
              "# TYPE a_level gauge",
              "a_level -2",
              "# TYPE a_time_seconds histogram",
              "a_time_seconds_bucket{le=\"1.0\"} 1",
              "a_time_seconds_bucket{le=\"2.0\"} 2",
              "a_time_seconds_bucket{le=\"+Inf\"} 3",
              "a_time_seconds_sum 11.0",
              "a_time_seconds_count 3");
    }
  }

  @Test
  void otherPaths_areNotThere() throws Exception {
    var port = PrometheusPort.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    try (var _ = SdkMeterProvider.builder().registerMetricReader(port).build()) {
      assertThat(get(port, "/").statusCode()).isEqualTo(404);
      assertThat(get(port, "/metrics/more").statusCode()).isEqualTo(404);
    }
  }
}
