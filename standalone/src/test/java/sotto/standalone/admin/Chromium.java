package sotto.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A real browser without a window: a tab of Chromium, told what to do over the DevTools protocol.
final class Chromium implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern LISTENING = Pattern.compile("DevTools listening on ws://([^/]+)/.*");

  private final Process process;
  private final HttpClient http;
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final Map<Integer, LinkedBlockingQueue<JsonNode>> answers = new ConcurrentHashMap<>();
  private final WebSocket tab;
  private int sent;

  private Chromium(Process process, HttpClient http, URI tab) {
    this.process = process;
    this.http = http;
    this.tab = http.newWebSocketBuilder().buildAsync(tab, new Incoming()).join();
  }

  /// The program, where the system has it.
  static Optional<Path> program() {
    return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
        .map(folder -> Path.of(folder, "chromium"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /// Starts it.
  ///
  /// @param profile an empty folder of its own
  static Chromium start(Path program, Path profile) throws Exception {
    var process =
        new ProcessBuilder(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      var http = HttpClient.newHttpClient();
      var address = "http://" + listening(process) + "/json/new?about:blank";
      var made =
          http.send(
              HttpRequest.newBuilder(URI.create(address))
                  .PUT(HttpRequest.BodyPublishers.noBody())
                  .build(),
              BodyHandlers.ofString());
      var tab = JSON.readTree(made.body()).path("webSocketDebuggerUrl").asText();
      return new Chromium(process, http, URI.create(tab));
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private static String listening(Process process) throws IOException {
    var errors = process.errorReader(StandardCharsets.UTF_8);
    var said = new ArrayList<String>();
    for (var line = errors.readLine(); line != null; line = errors.readLine()) {
      said.add(line);
      var matcher = LISTENING.matcher(line);
      if (matcher.matches()) {
        // What it says later must not fill the pipe.
        Thread.startVirtualThread(() -> errors.lines().forEach(_ -> {}));
        return matcher.group(1);
      }
    }
    throw new IOException("Chromium did not start: " + said);
  }

  private final class Incoming implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        take(text.toString());
        text.setLength(0);
      }
      socket.request(1);
      return null;
    }

    private void take(String message) {
      try {
        var json = JSON.readTree(message);
        var answer = answers.get(json.path("id").asInt());
        if (answer != null) {
          answer.add(json);
        }
        switch (json.path("method").asText()) {
          case "Runtime.exceptionThrown", "Log.entryAdded" -> complaints.add(message);
          case "Runtime.consoleAPICalled" -> complaints.add(message);
          case "Audits.issueAdded" -> complaints.add(message);
          default -> {}
        }
      } catch (IOException e) {
        complaints.add("no JSON: " + message);
      }
    }
  }

  private JsonNode tell(String method, ObjectNode parameters) throws InterruptedException {
    var id = ++sent;
    var answer = new LinkedBlockingQueue<JsonNode>();
    answers.put(id, answer);
    var message = JSON.createObjectNode().put("id", id).put("method", method);
    message.set("params", parameters);
    tab.sendText(message.toString(), true).join();
    var got = answer.poll(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    answers.remove(id);
    if (got == null || got.has("error")) {
      throw new AssertionError(method + ": " + got);
    }
    return got.path("result");
  }

  private static ObjectNode with() {
    return JSON.createObjectNode();
  }

  /// Opens a page on a screen of this size; from here on complaints are heard.
  ///
  /// @param dark whether the user wants dark colours
  void open(String url, int width, int height, boolean dark) throws InterruptedException {
    for (var domain : List.of("Page", "Runtime", "Log", "Network", "Audits")) {
      tell(domain + ".enable", with());
    }
    tell(
        "Emulation.setDeviceMetricsOverride",
        with()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 2)
            .put("mobile", true));
    var media = with();
    media
        .putArray("features")
        .addObject()
        .put("name", "prefers-color-scheme")
        .put("value", dark ? "dark" : "light");
    tell("Emulation.setEmulatedMedia", media);
    tell("Page.navigate", with().put("url", url));
  }

  /// What an expression is in the page, as text.
  String value(String expression) throws InterruptedException {
    return tell("Runtime.evaluate", with().put("expression", "String(" + expression + ")"))
        .path("result")
        .path("value")
        .asText();
  }

  /// Waits until an expression is true in the page.
  void await(String expression) throws InterruptedException {
    var end = System.nanoTime() + LIMIT.toNanos();
    var waiting = new LinkedBlockingQueue<String>();
    while (!value(expression).equals("true")) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            expression + " is not true of: " + value("document.body.innerText") + complaints);
      }
      var _ = waiting.poll(100, TimeUnit.MILLISECONDS);
    }
  }

  /// A picture of the page, PNG.
  byte[] picture() throws InterruptedException {
    var data = tell("Page.captureScreenshot", with().put("captureBeyondViewport", true));
    return Base64.getDecoder().decode(data.path("data").asText());
  }

  /// What the console said, exceptions, and violations of the page's policy.
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  @Override
  public void close() {
    tab.abort();
    http.shutdownNow();
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
