package sotto.standalone;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The part of Kubernetes' API that keeps the secrets of one namespace, in memory: names are made
/// once, and a change must name the version that it changes.
final class FakeKubernetes implements AutoCloseable {
  private static final String PATH = "/api/v1/namespaces/chat/secrets";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final Map<String, ObjectNode> secrets = new ConcurrentHashMap<>();
  private final AtomicInteger version = new AtomicInteger();

  FakeKubernetes() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    server.createContext(PATH, this::answer);
    server.start();
  }

  KubernetesSecrets secrets(String token) {
    var address = "http://127.0.0.1:" + server.getAddress().getPort();
    return new KubernetesSecrets(HttpClient.newHttpClient(), URI.create(address), "chat", token);
  }

  KubernetesSecrets secrets() {
    return secrets("the token");
  }

  private void answer(HttpExchange call) throws IOException {
    try (call) {
      var name = call.getRequestURI().getPath().substring(PATH.length()).replace("/", "");
      if (!"Bearer the token".equals(call.getRequestHeaders().getFirst("Authorization"))) {
        say(call, 403, JSON.createObjectNode().put("message", "secrets is forbidden"));
        return;
      }
      switch (call.getRequestMethod()) {
        case "GET" -> {
          var found = secrets.get(name);
          say(call, found == null ? 404 : 200, found == null ? JSON.createObjectNode() : found);
        }
        case "POST" -> {
          var made = versioned((ObjectNode) JSON.readTree(call.getRequestBody()));
          var name2 = made.path("metadata").path("name").asText();
          say(call, secrets.putIfAbsent(name2, made) == null ? 201 : 409, made);
        }
        case "PUT" -> {
          var changed = (ObjectNode) JSON.readTree(call.getRequestBody());
          var was = secrets.get(name);
          if (was == null
              || !was.at("/metadata/resourceVersion")
                  .equals(changed.at("/metadata/resourceVersion"))) {
            say(call, 409, JSON.createObjectNode().put("message", "the object has been modified"));
            return;
          }
          secrets.put(name, versioned(changed));
          say(call, 200, changed);
        }
        default -> say(call, 405, JSON.createObjectNode());
      }
    }
  }

  private ObjectNode versioned(ObjectNode secret) {
    ((ObjectNode) secret.path("metadata"))
        .put("resourceVersion", Integer.toString(version.incrementAndGet()));
    return secret;
  }

  private static void say(HttpExchange call, int status, ObjectNode body) throws IOException {
    var bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    call.sendResponseHeaders(status, bytes.length);
    call.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
