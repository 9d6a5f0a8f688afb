package sotto.e2e;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/// The traces that a Jaeger has, by its HTTP interface.
final class Traces {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final URI jaeger;

  Traces(String jaeger) {
    this.jaeger = URI.create(jaeger);
  }

  /// A trace as it went: its page, and a line for each span.
  record Trace(String page, List<String> lines) {}

  /// Waits for a trace that has a span of each of these names.
  Trace await(List<String> names) {
    var found = new ArrayList<JsonObject>();
    var there =
        Pauses.until(
            () -> {
              found.clear();
              find(names).ifPresent(found::add);
              return !found.isEmpty();
            },
            LONG);
    if (!there) {
      throw new IllegalStateException("no trace has all of " + names);
    }
    return trace(found.getFirst());
  }

  private Optional<JsonObject> find(List<String> names) {
    var query = "/api/traces?service=sotto-client&operation=message%20send&limit=100";
    return list(get(query).getAsJsonObject().get("data")).stream()
        .filter(trace ->
            list(trace.get("spans")).stream().map(Traces::name).toList().containsAll(names))
        .findFirst();
  }

  private Trace trace(JsonObject found) {
    var processes = found.getAsJsonObject("processes");
    var spans = list(found.get("spans"));
    var begin = spans.stream().mapToLong(span -> number(span, "startTime")).min().orElse(0);
    var lines =
        spans.stream()
            .sorted(Comparator.comparingLong(span -> number(span, "startTime")))
            .map(span ->
                "%-16s in %-16s at %7.1f ms for %7.1f ms"
                    .formatted(
                        name(span),
                        processes
                            .getAsJsonObject(span.get("processID").getAsString())
                            .get("serviceName")
                            .getAsString(),
                        (number(span, "startTime") - begin) / 1e3,
                        number(span, "duration") / 1e3))
            .toList();
    return new Trace(jaeger + "/trace/" + found.get("traceID").getAsString(), lines);
  }

  private JsonElement get(String path) {
    try (var client = HttpClient.newHttpClient()) {
      var request = HttpRequest.newBuilder(jaeger.resolve(path)).timeout(LONG).build();
      return JsonParser.parseString(client.send(request, BodyHandlers.ofString()).body());
    } catch (IOException e) {
      throw new IllegalStateException("Jaeger does not answer at " + jaeger, e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static List<JsonObject> list(JsonElement array) {
    return array.isJsonNull()
        ? List.of()
        : StreamSupport.stream(array.getAsJsonArray().spliterator(), false)
            .map(JsonElement::getAsJsonObject)
            .toList();
  }

  private static String name(JsonObject span) {
    return span.get("operationName").getAsString();
  }

  private static long number(JsonObject span, String field) {
    return span.get(field).getAsLong();
  }
}
