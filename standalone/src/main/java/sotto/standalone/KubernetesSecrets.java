package sotto.standalone;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The secrets of one namespace, by the API of Kubernetes (`/api/v1/namespaces/NAMESPACE/secrets`),
/// with the token that is in every pod whose service account has one.
final class KubernetesSecrets implements AutoCloseable {
  private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration ANSWER = Duration.ofSeconds(20);
  private static final String RESOURCE_VERSION = "resourceVersion";
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;

  private final HttpClient http;
  private final URI secrets;
  private final String token;

  /// One secret.
  ///
  /// @param data its entries
  /// @param version by which a change notices another's
  record Held(Map<String, byte[]> data, String version) {}

  KubernetesSecrets(HttpClient http, URI server, String namespace, String token) {
    this.http = http;
    this.secrets = server.resolve("/api/v1/namespaces/" + namespace + "/secrets");
    this.token = token;
  }

  /// Those of the pod that this process is in.
  ///
  /// @throws IOException if it is in none, or has no token
  static KubernetesSecrets ofThisPod(Map<String, String> environment) throws IOException {
    var host = environment.get("KUBERNETES_SERVICE_HOST");
    var port = environment.get("KUBERNETES_SERVICE_PORT");
    if (host == null || port == null || !Files.isReadable(ACCOUNT.resolve("token"))) {
      throw new IOException(
          "this is no pod of Kubernetes with a service account: KUBERNETES_SERVICE_HOST or "
              + ACCOUNT.resolve("token")
              + " is not there");
    }
    var http =
        HttpClient.newBuilder()
            .sslContext(trusting(ACCOUNT.resolve("ca.crt")))
            .connectTimeout(ANSWER)
            .build();
    var server =
        URI.create("https://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
    return new KubernetesSecrets(
        http,
        server,
        Files.readString(ACCOUNT.resolve("namespace")).strip(),
        Files.readString(ACCOUNT.resolve("token")).strip());
  }

  private static SSLContext trusting(Path ca) throws IOException {
    try (var in = Files.newInputStream(ca)) {
      var trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        trusted.setCertificateEntry("ca-" + trusted.size(), certificate);
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      var tls = SSLContext.getInstance("TLS");
      tls.init(null, trust.getTrustManagers(), null);
      return tls;
    } catch (GeneralSecurityException e) {
      throw new IOException(ca + " holds no certificate that can be used", e);
    }
  }

  /// A secret, if there is one of this name.
  Optional<Held> find(String name) throws IOException {
    var answer = send("GET", name, Optional.empty());
    if (answer.statusCode() == NOT_FOUND) {
      return Optional.empty();
    }
    var secret = JSON.readTree(checked(answer, name).body());
    var data = new LinkedHashMap<String, byte[]>();
    for (var entry : secret.path("data").properties()) {
      data.put(entry.getKey(), Base64.getDecoder().decode(entry.getValue().asText()));
    }
    return Optional.of(new Held(data, secret.path("metadata").path(RESOURCE_VERSION).asText()));
  }

  /// Makes a secret.
  ///
  /// @return whether there was none
  boolean create(String name, Map<String, byte[]> data) throws IOException {
    var answer = send("POST", "", Optional.of(body(name, data)));
    if (answer.statusCode() == CONFLICT) {
      return false;
    }
    checked(answer, name);
    return true;
  }

  /// Changes a secret.
  ///
  /// @param was what is changed
  /// @throws IOException also if another has changed it since
  void replace(String name, Held was, Map<String, byte[]> data) throws IOException {
    var body = body(name, data);
    ((ObjectNode) body.path("metadata")).put(RESOURCE_VERSION, was.version);
    checked(send("PUT", name, Optional.of(body)), name);
  }

  private static ObjectNode body(String name, Map<String, byte[]> data) {
    var body = JSON.createObjectNode();
    body.put("apiVersion", "v1").put("kind", "Secret").put("type", "Opaque");
    var metadata = body.putObject("metadata").put("name", name);
    metadata.putObject("labels").put("app.kubernetes.io/name", "sotto");
    var entries = body.putObject("data");
    data.forEach((key, value) -> entries.put(key, Base64.getEncoder().encodeToString(value)));
    return body;
  }

  private HttpResponse<String> send(String method, String name, Optional<JsonNode> body)
      throws IOException {
    var content =
        body.map(b -> HttpRequest.BodyPublishers.ofString(b.toString()))
            .orElse(HttpRequest.BodyPublishers.noBody());
    var request =
        HttpRequest.newBuilder(name.isEmpty() ? secrets : URI.create(secrets + "/" + name))
            .timeout(ANSWER)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(method, content)
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the API of Kubernetes was asked", e);
    }
  }

  private static HttpResponse<String> checked(HttpResponse<String> answer, String name)
      throws IOException {
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(
          "the API of Kubernetes answers %d about the secret %s: %s"
              .formatted(answer.statusCode(), name, message(answer)));
    }
    return answer;
  }

  private static String message(HttpResponse<String> answer) {
    try {
      return JSON.readTree(answer.body()).path("message").asText();
    } catch (IOException e) {
      return "(no reason)";
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
