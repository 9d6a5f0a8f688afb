package sotto.standalone.admin;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import sotto.mesh.HostPort;

/// One page for people that shows how a running Sotto is and keeps itself fresh: `/`, and
/// `/status`, which its script reads. It only answers GET and changes nothing; whoever reaches its
/// port may read it.
///
/// Requests must name a host of the machine itself or the one it listens at, so that a web site
/// that gives its own name this address (DNS rebinding) reads nothing. Nothing comes from
/// elsewhere, and no script or style runs but its own (Content Security Policy Level 3, nonces).
///
/// Threads: `page-accept`, and a virtual thread for each request.
final class StatusPage implements AutoCloseable {
  private static final String NONCE = "NONCE";
  private static final int NONCE_BYTES = 16;
  private static final int BACKLOG = 16;
  private static final int OK = 200;
  private static final int NO_CONTENT = 204;
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final int NOT_ALLOWED = 405;

  private final HttpServer server;
  private final ExecutorService requests;
  private final Supplier<Status> status;
  private final SecureRandom random;
  private final HostPort address;
  private final Set<String> hosts;
  private final String html = page();

  private StatusPage(
      HttpServer server,
      ExecutorService requests,
      Supplier<Status> status,
      SecureRandom random,
      HostPort address) {
    this.server = server;
    this.requests = requests;
    this.status = status;
    this.random = random;
    this.address = address;
    this.hosts = Set.of(address.toString(), "localhost:" + address.port());
  }

  /// Opens it.
  ///
  /// @param listen where; port 0 takes a free one
  /// @param status asked at each refresh of a page; may block
  /// @throws IOException if the port cannot be had
  static StatusPage open(HostPort listen, Supplier<Status> status, SecureRandom random)
      throws IOException {
    var server = HttpServer.create(new InetSocketAddress(listen.host(), listen.port()), BACKLOG);
    var address = new HostPort(listen.host(), server.getAddress().getPort());
    var requests =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("page-", 0).factory());
    var page = new StatusPage(server, requests, status, random, address);
    server.setExecutor(requests);
    server.createContext("/", page::answer);
    server.start();
    return page;
  }

  /// Where it is.
  String url() {
    return "http://" + address + "/";
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var headers = exchange.getResponseHeaders();
      restrict(headers);
      var host = exchange.getRequestHeaders().getFirst("Host");
      if (host == null || !hosts.contains(host)) {
        send(exchange, FORBIDDEN, "text/plain", "this page is not served under that name\n");
      } else if (!exchange.getRequestMethod().equals("GET")) {
        headers.set("Allow", "GET");
        send(exchange, NOT_ALLOWED, "text/plain", "GET alone\n");
      } else {
        switch (exchange.getRequestURI().getPath()) {
          case "/" -> {
            var nonce = nonce();
            headers.set("Content-Security-Policy", policy(nonce));
            send(exchange, OK, "text/html", html.replace(NONCE, nonce));
          }
          case "/status" -> send(exchange, OK, "application/json", status.get().json().toString());
          case "/favicon.ico" -> exchange.sendResponseHeaders(NO_CONTENT, -1);
          default -> send(exchange, NOT_FOUND, "text/plain", "there is nothing here\n");
        }
      }
    }
  }

  private static void restrict(Headers headers) {
    headers.set("Cache-Control", "no-store");
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    headers.set("Cross-Origin-Resource-Policy", "same-origin");
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  }

  private static String policy(String nonce) {
    return String.join(
        "; ",
        "default-src 'none'",
        "script-src 'nonce-" + nonce + "'",
        "style-src 'nonce-" + nonce + "'",
        "connect-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'");
  }

  private String nonce() {
    var bytes = new byte[NONCE_BYTES];
    random.nextBytes(bytes);
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static void send(HttpExchange exchange, int code, String type, String text)
      throws IOException {
    var bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static String page() {
    try (var in = StatusPage.class.getResourceAsStream("page.html")) {
      if (in == null) {
        throw new IllegalStateException("the page is not in the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    requests.shutdownNow();
  }
}
