package sotto.mesh;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// The port at which Prometheus reads the metrics of a process: `GET /metrics` in plain HTTP, and
/// nothing else. Metrics are collected when they are asked for; who asks while four are being
/// answered is told to come back.
final class PrometheusPort implements MetricReader {
  private static final int AT_ONCE = 4;
  private static final int BACKLOG = 16;
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int TRY_AGAIN = 503;

  private final HttpServer server;
  private final Semaphore room = new Semaphore(AT_ONCE);
  private volatile CollectionRegistration metrics = CollectionRegistration.noop();

  private PrometheusPort(HttpServer server) {
    this.server = server;
  }

  /// Opens the port.
  ///
  /// @param at where; port 0 takes a free one
  /// @throws IOException if it cannot be had
  static PrometheusPort open(InetSocketAddress at) throws IOException {
    var server = HttpServer.create(at, BACKLOG);
    var port = new PrometheusPort(server);
    server.setExecutor(
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("prometheus-", 0).factory()));
    server.createContext("/", port::answer);
    server.start();
    return port;
  }

  /// Where it listens.
  InetSocketAddress address() {
    return server.getAddress();
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var asked =
          exchange.getRequestMethod().equals("GET")
              && exchange.getRequestURI().getPath().equals("/metrics");
      if (!asked) {
        exchange.sendResponseHeaders(NOT_FOUND, -1);
      } else if (!room.tryAcquire()) {
        exchange.sendResponseHeaders(TRY_AGAIN, -1);
      } else {
        try {
          var text =
              PrometheusText.of(metrics.collectAllMetrics()).getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", PrometheusText.TYPE);
          exchange.sendResponseHeaders(OK, text.length);
          exchange.getResponseBody().write(text);
        } finally {
          room.release();
        }
      }
    }
  }

  @Override
  public void register(CollectionRegistration registration) {
    metrics = registration;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return AggregationTemporality.CUMULATIVE;
  }

  @Override
  public CompletableResultCode forceFlush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    server.stop(0);
    return CompletableResultCode.ofSuccess();
  }
}
