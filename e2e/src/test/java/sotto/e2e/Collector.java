package sotto.e2e;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;

/// A collector of traces: takes `ExportTraceServiceRequest`s of OTLP over HTTP, of which it reads
/// what tests ask for, and keeps them whole.
final class Collector implements AutoCloseable {
  /// One span.
  ///
  /// @param attributes how many it has
  record Collected(String trace, String id, String parent, String name, int attributes) {}

  private final HttpServer http;
  private final BlockingQueue<Collected> spans = new LinkedBlockingQueue<>();
  private final BlockingQueue<ByteString> requests = new LinkedBlockingQueue<>();

  private Collector(HttpServer http) {
    this.http = http;
  }

  static Collector start() throws IOException {
    var collector =
        new Collector(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    var _ = collector.http.createContext("/v1/traces", collector::take);
    var _ = collector.http.createContext("/v1/metrics", collector::keep);
    collector.http.start();
    return collector;
  }

  /// What a process's environment names it by.
  String endpoint() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /// All spans so far.
  List<Collected> spans() {
    return List.copyOf(spans);
  }

  /// All bytes so far, those of metrics too.
  List<ByteString> requests() {
    return List.copyOf(requests);
  }

  private void keep(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.add(ByteString.copyFrom(exchange.getRequestBody().readAllBytes()));
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      var body = ByteString.copyFrom(exchange.getRequestBody().readAllBytes());
      requests.add(body);
      // resource_spans = 1, scope_spans = 2, spans = 2
      messages(body, 1)
          .flatMap(resource -> messages(resource, 2))
          .flatMap(scope -> messages(scope, 2))
          .map(Collector::span)
          .forEach(spans::add);
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private static Collected span(ByteString bytes) {
    return new Collected(
        hex(bytes, 1),
        hex(bytes, 2),
        hex(bytes, 4),
        messages(bytes, 5).findFirst().orElse(ByteString.EMPTY).toStringUtf8(),
        (int) messages(bytes, 9).count());
  }

  private static String hex(ByteString message, int field) {
    return HexFormat.of()
        .formatHex(messages(message, field).findFirst().orElse(ByteString.EMPTY).toByteArray());
  }

  private static Stream<ByteString> messages(ByteString message, int field) {
    try {
      return UnknownFieldSet.parseFrom(message).getField(field).getLengthDelimitedList().stream();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("not OTLP", e);
    }
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
