package sotto.client;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/// A store of objects over HTTP on this machine, behind [FakeBlobs]; notes what it is asked, and
/// misbehaves on demand.
final class FakeObjects implements AutoCloseable {
  /// How it answers.
  enum Mood {
    WELL,
    REDIRECTS,
    FAILS,
    LIES,
    ENDLESS,
    SHORT
  }

  private final FakeBlobs blobs;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger atOnce = new AtomicInteger();

  final List<String> requests = new CopyOnWriteArrayList<>();
  final List<String> ranges = new CopyOnWriteArrayList<>();
  final List<String> credentials = new CopyOnWriteArrayList<>();
  volatile int mostAtOnce;
  volatile Mood mood = Mood.WELL;

  FakeObjects(FakeBlobs blobs) {
    this.blobs = blobs;
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath());
      for (String name : List.of("authorization", "cookie", "proxy-authorization")) {
        Optional.ofNullable(exchange.getRequestHeaders().getFirst(name))
            .ifPresent(credentials::add);
      }
      int now = atOnce.incrementAndGet();
      mostAtOnce = Math.max(mostAtOnce, now);
      byte[] body = exchange.getRequestBody().readAllBytes();
      atOnce.decrementAndGet();
      boolean signed = "signed".equals(exchange.getRequestHeaders().getFirst("x-amz-meta-proof"));
      if (!signed) {
        exchange.sendResponseHeaders(403, -1);
        return;
      }
      switch (mood) {
        case WELL, SHORT, LIES -> serve(exchange, body);
        case REDIRECTS -> {
          exchange.getResponseHeaders().add("location", url() + "/elsewhere");
          exchange.sendResponseHeaders(307, -1);
        }
        case FAILS -> exchange.sendResponseHeaders(500, -1);
        case ENDLESS -> {
          exchange.sendResponseHeaders(200, 0);
          pour(exchange.getResponseBody());
        }
      }
    }
  }

  private void serve(HttpExchange exchange, byte[] body) throws IOException {
    String[] path = exchange.getRequestURI().getPath().split("/", -1);
    if (exchange.getRequestMethod().equals("PUT")) {
      boolean taken = blobs.takePart(path[2], Integer.parseInt(path[3]), body);
      exchange.sendResponseHeaders(taken ? 200 : 404, -1);
      return;
    }
    byte[] blob = blobs.blob(path[2]).orElseThrow().clone();
    if (mood == Mood.LIES) {
      java.util.Arrays.fill(blob, blob.length / 2, blob.length, (byte) 7);
    }
    String range = exchange.getRequestHeaders().getFirst("range");
    int from = 0;
    if (range != null) {
      ranges.add(range);
      from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
      exchange
          .getResponseHeaders()
          .add("content-range", "bytes " + from + "-" + (blob.length - 1) + "/" + blob.length);
    }
    int to = mood == Mood.SHORT ? Math.max(from, blob.length - 100_000) : blob.length;
    exchange.sendResponseHeaders(range == null ? 200 : 206, to - from);
    exchange.getResponseBody().write(blob, from, to - from);
  }

  private static void pour(OutputStream out) {
    byte[] bytes = new byte[65_536];
    try {
      while (true) {
        out.write(bytes);
      }
    } catch (IOException e) {
      // The client has had enough.
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
