package sotto.standalone.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// How a running Sotto is at one moment, as the page shows it. What nobody could be asked for is
/// absent.
///
/// @param refreshed when it was asked
/// @param accepted messages a second that relays had accepted, since the time before
/// @param delivered envelopes a second that they pushed
/// @param streams of connected devices
/// @param ages what waits by age, as last counted; empty if no store has answered
/// @param oldest how long the oldest has waited
/// @param parts each process
record Status(
    Instant refreshed,
    OptionalDouble accepted,
    OptionalDouble delivered,
    OptionalLong streams,
    List<Age> ages,
    Optional<Duration> oldest,
    List<Part> parts) {
  Status {
    ages = List.copyOf(ages);
    parts = List.copyOf(parts);
  }

  /// What waits of one age.
  record Age(String age, long envelopes, long bytes) {}

  /// One process.
  ///
  /// @param name its own, of one that answers
  /// @param why it is not well; empty if it is
  /// @param started since when it runs
  record Part(
      Pod pod, String name, String state, String version, Optional<Instant> started, String why) {
    boolean isWell() {
      return why.isEmpty() && state.equals("serving");
    }
  }

  /// Whether all parts are.
  boolean isWell() {
    return parts.stream().allMatch(Part::isWell);
  }

  /// For the page's script.
  JsonNode json() {
    var json = JsonNodeFactory.instance.objectNode();
    json.put("refreshed", refreshed.toString()).put("well", isWell());
    json.set("accepted_per_s", number(accepted));
    json.set("delivered_per_s", number(delivered));
    json.set("streams", streams.isPresent() ? whole(streams.getAsLong()) : nothing());
    var counted = !ages.isEmpty();
    json.set("waiting", counted ? whole(ages.stream().mapToLong(Age::envelopes).sum()) : nothing());
    json.set(
        "waiting_bytes", counted ? whole(ages.stream().mapToLong(Age::bytes).sum()) : nothing());
    json.set("oldest_s", oldest.<JsonNode>map(o -> whole(o.toSeconds())).orElse(nothing()));
    var list = json.putArray("ages");
    ages.forEach(a -> list.addObject().put("age", a.age).put("envelopes", a.envelopes));
    var all = json.putArray("parts");
    for (var part : parts) {
      all.addObject()
          .put("role", part.pod.role().toString())
          .put("pod", part.pod.name())
          .put("name", part.name)
          .put("state", part.state)
          .put("version", part.version)
          .put("started_at", part.started.map(Instant::toString).orElse(""))
          .put("why", part.why)
          .put("well", part.isWell());
    }
    return json;
  }

  private static JsonNode number(OptionalDouble value) {
    return value.isPresent() ? JsonNodeFactory.instance.numberNode(value.getAsDouble()) : nothing();
  }

  private static JsonNode whole(long value) {
    return JsonNodeFactory.instance.numberNode(value);
  }

  private static JsonNode nothing() {
    return JsonNodeFactory.instance.nullNode();
  }
}
