package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import sotto.e2e.Collector.Collected;

/// The way of a message, as a real server and two real clients export it.
@ExtendWith(Stage.Given.class)
class OneTraceTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  // Each is within the one before; the store's is within the relay's, beside the delivery.
  private static final List<String> WAY =
      List.of("message send", "message relay", "message deliver", "message receive");

  @TempDir Path dir;

  @Test
  void messageIsOneTrace_fromTheSendersSdkToTheRecipients_andNamesNobody(Stage stage)
      throws Exception {
    try (var collector = Collector.start();
        var server = server(stage, collector, true)) {
      var alice = stage.cliAt(server, "trace.alice");
      var bob = stage.cliAt(server, "trace.bob");
      converse(collector, alice, bob);

      assertThat(Pauses.until(() -> whole(collector).isPresent(), LIMIT))
          .as("%s", collector.spans())
          .isTrue();
      var trace = whole(collector).orElseThrow();
      for (var i = 1; i < WAY.size(); i++) {
        assertThat(named(trace, WAY.get(i)).parent()).isEqualTo(named(trace, WAY.get(i - 1)).id());
      }
      assertThat(named(trace, "message store").parent())
          .isEqualTo(named(trace, "message relay").id());
      assertThat(trace).allMatch(span -> span.attributes() == 0);
      var secrets = List.of(alice.name(), bob.name(), "the second");
      for (var request : collector.requests()) {
        for (var secret : secrets) {
          assertThat(contains(request, secret)).as(secret).isFalse();
        }
      }
    }
  }

  @Test
  void serverThatIsNotToldToTraceMessages_hasNoSpansOfThem_andItsClientsHaveNone(Stage stage)
      throws Exception {
    try (var collector = Collector.start();
        var server = server(stage, collector, false)) {
      var alice = stage.cliAt(server, "untraced.alice");
      var bob = stage.cliAt(server, "untraced.bob");
      converse(collector, alice, bob);

      assertThat(Pauses.until(() -> !collector.spans().isEmpty(), LIMIT)).isTrue();
      assertThat(collector.spans()).noneMatch(span -> span.name().startsWith("message "));
    }
  }

  @Test
  void groupAndItsMembers_areNamedInNoSpanMetricOrLine(Stage stage) throws Exception {
    try (var collector = Collector.start();
        var server =
            ServerProcess.start(
                stage.checkout(),
                dir.resolve("server"),
                process -> {
                  process.environment().putAll(exporting(collector));
                  process.environment().put("OTEL_METRICS_EXPORTER", "otlp");
                  process.environment().put("OTEL_METRIC_EXPORT_INTERVAL", "200");
                  process.environment().put("SOTTO_RELAY_TRACE_MESSAGES", "true");
                  process.environment().put("SOTTO_TELEMETRY_SAMPLE_RATIO", "1");
                  return process;
                })) {
      var alice = stage.cliAt(server, "spans.alice");
      var bob = stage.cliAt(server, "spans.bob");
      var carol = stage.cliAt(server, "spans.carol");
      var exporting = exporting(collector);
      var created =
          alice.run(
              exporting, new byte[0], "group", "create", "Climbers", bob.name(), carol.name());
      var _ = created.exits(0);
      var _ = alice.run(exporting, new byte[0], "send", "#Climbers", "at eight").exits(0);
      var _ = bob.run(exporting, new byte[0], "receive").exits(0);
      var _ = bob.run(exporting, new byte[0], "send", "#Climbers", "I will come").exits(0);
      var _ =
          alice.run(exporting, new byte[0], "group", "remove", "Climbers", carol.name()).exits(0);
      var seen = collector.requests().size();
      assertThat(
              Pauses.until(
                  () -> {
                    var all = collector.requests();
                    return all.size() > seen + 3
                        && all.stream().anyMatch(r -> contains(r, "GroupService/Change"))
                        && all.stream().anyMatch(r -> contains(r, "sotto.store.envelopes"));
                  },
                  LIMIT))
          .isTrue();
      List<ByteString> secrets = new ArrayList<>();
      for (var member : List.of(alice, bob, carol)) {
        secrets.add(ByteString.copyFromUtf8(member.name()));
        secrets.addAll(bothForms(member.ok("whoami").only("whoami").get("account").getAsString()));
      }
      secrets.addAll(
          bothForms(
              alice.ok("group", "show", "Climbers").only("group").get("group").getAsString()));
      secrets.add(ByteString.copyFromUtf8("Climbers"));
      var told = new ArrayList<>(collector.requests());
      told.add(ByteString.copyFromUtf8(server.log()));
      for (var secret : secrets) {
        var text = secret.toString(StandardCharsets.ISO_8859_1);
        assertThat(told).as(text).noneMatch(bytes -> contains(bytes, text));
      }
    }
  }

  private static List<ByteString> bothForms(String hex) {
    return List.of(ByteString.copyFromUtf8(hex), ByteString.copyFrom(HexFormat.of().parseHex(hex)));
  }

  private ServerProcess server(Stage stage, Collector collector, boolean traces) {
    return ServerProcess.start(
        stage.checkout(),
        dir.resolve("server"),
        process -> {
          process.environment().putAll(exporting(collector));
          process.environment().put("SOTTO_RELAY_TRACE_MESSAGES", Boolean.toString(traces));
          process.environment().put("SOTTO_TELEMETRY_SAMPLE_RATIO", "1");
          return process;
        });
  }

  /// Bob has the first by then, so he is connected when the second comes.
  private static void converse(Collector collector, Cli alice, Cli bob) {
    var exporting = exporting(collector);
    var receive = bob.builder(true, "receive", "--max", "2", "--timeout", "60s");
    receive.environment().putAll(exporting);
    try (var reading = new Running("bob: sotto receive", receive)) {
      var _ = alice.run(exporting, new byte[0], "send", bob.name(), "the first").exits(0);
      reading.awaitLine(line -> line.contains("the first"), LIMIT);
      var _ = alice.run(exporting, new byte[0], "send", bob.name(), "the second").exits(0);
      assertThat(reading.awaitEnd(LIMIT)).as(reading.err()).isZero();
    }
  }

  private static Map<String, String> exporting(Collector collector) {
    return Map.of(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        collector.endpoint(),
        "OTEL_METRICS_EXPORTER",
        "none",
        "OTEL_BSP_SCHEDULE_DELAY",
        "100");
  }

  private static Optional<List<Collected>> whole(Collector collector) {
    return collector.spans().stream()
        .collect(Collectors.groupingBy(Collected::trace))
        .values()
        .stream()
        .filter(trace -> {
          var names = trace.stream().map(Collected::name).toList();
          return names.containsAll(WAY) && names.contains("message store");
        })
        .findFirst();
  }

  private static Collected named(List<Collected> trace, String name) {
    return trace.stream().filter(span -> span.name().equals(name)).findFirst().orElseThrow();
  }

  private static boolean contains(ByteString bytes, String text) {
    return bytes.toString(StandardCharsets.ISO_8859_1).contains(text);
  }
}
