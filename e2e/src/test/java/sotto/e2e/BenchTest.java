package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `./sotto-bench` for a moment each: what it sends is accepted and delivered, and the report is
/// whole. No figure of it is judged.
@Timeout(600)
final class BenchTest {
  private static final Duration LIMIT = Duration.ofMinutes(8);

  private final Checkout checkout = Checkout.find();

  @TempDir Path folder;

  private Running bench(String... arguments) {
    return new Running("sotto-bench", checkout.bench(arguments));
  }

  private JsonObject report(String line) throws Exception {
    var words = new ArrayList<>(List.of(line.split(" ")));
    words.addAll(
        List.of("--warm-up", "0", "--trials", "1", "--no-baselines", "--out", folder.toString()));
    try (var run = bench(words.toArray(String[]::new))) {
      assertThat(run.awaitEnd(LIMIT)).as(run.err()).isZero();
      assertThat(run.seen()).anyMatch(said -> said.startsWith("| condition |"));
    }
    return JsonParser.parseString(Files.readString(folder.resolve("report.json")))
        .getAsJsonObject();
  }

  private static List<JsonObject> rows(JsonObject report, String title) {
    var rows = new ArrayList<JsonObject>();
    for (JsonElement table : report.getAsJsonArray("tables")) {
      if (table.getAsJsonObject().get("title").getAsString().equals(title)) {
        table.getAsJsonObject().getAsJsonArray("rows").forEach(r -> rows.add(r.getAsJsonObject()));
      }
    }
    return rows;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pairs --pairs 4 --rate 50 --in-flight 2 --seconds 1",
        "sealed --pairs 4 --rate 50 --in-flight 2 --seconds 1"
      })
  void messagesOfPairs_areAllDelivered_andWhatTheyCostIsKnown(String line) throws Exception {
    var report = report(line);

    assertThat(rows(report, "How long messages take"))
        .hasSizeGreaterThanOrEqualTo(2)
        .allSatisfy(row -> {
          assertThat(row.get("accepted a second").getAsDouble()).isPositive();
          assertThat(row.get("refused").getAsInt()).isZero();
          assertThat(row.get("not delivered").getAsInt()).isZero();
        });
    assertThat(rows(report, "What processes spend on a message"))
        .filteredOn(row -> row.get("process").getAsString().equals("server"))
        .isNotEmpty()
        .allSatisfy(row -> {
          assertThat(row.get("allocated KiB").getAsDouble()).isPositive();
          assertThat(row.get("commits a message").getAsDouble()).isPositive();
        });
    assertThat(report.getAsJsonObject("conditions").get("file system").getAsString()).isNotBlank();
  }

  @Test
  void messagesBesideMore_areAllDelivered() throws Exception {
    var report = report("grow --pairs 2,4 --rate 50 --seconds 1 --idle 5 --waiting 200");

    assertThat(rows(report, "Beside more"))
        .extracting(row -> row.get("beside").getAsString())
        .containsExactly("2 pairs", "4 pairs", "5 idle", "200 waiting");
    assertThat(rows(report, "How long messages take"))
        .hasSize(4)
        .allSatisfy(row -> {
          assertThat(row.get("refused").getAsInt()).isZero();
          assertThat(row.get("not delivered").getAsInt()).isZero();
        });
  }

  @Test
  void messagesToAGroup_reachTheConnected_andAreStoredForAll() throws Exception {
    var report = report("group --members 6 --connected 50 --recipients 30");

    assertThat(rows(report, "One message to many"))
        .hasSize(2)
        .allSatisfy(row -> assertThat(row.get("connected").getAsInt()).isEqualTo(3));
    assertThat(rows(report, "What a recipient costs"))
        .filteredOn(row -> row.get("process").getAsString().equals("server"))
        .hasSize(2)
        .allSatisfy(row -> assertThat(row.get("envelopes a recipient").getAsDouble()).isEqualTo(1));
  }

  @Test
  void devicesThatLoseTheirConnections_areAllBack() throws Exception {
    var report = report("storm --clients 20");

    assertThat(rows(report, "How long they are away"))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.get("clients").getAsInt()).isEqualTo(20);
          assertThat(row.get("all back").getAsDouble()).isPositive();
        });
    assertThat(Files.readString(folder.resolve("back.svg"))).contains("<svg");
  }

  @Test
  void devicesThatWereAway_getAllThatWaits_once() throws Exception {
    var report = report("drain --recipients 3 --backlog 300");

    assertThat(rows(report, "How fast what waited is got"))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.get("messages").getAsInt()).isEqualTo(900);
          assertThat(row.get("came twice").getAsInt()).isZero();
        });
  }

  @Test
  void peoplesDay_getsEveryMessageThrough_overConnectionsThatAreLost() throws Exception {
    var report = report("day --users 10 --rate 40 --peak 2 --seconds 2 --reconnects 20");

    assertThat(rows(report, "How long messages take"))
        .hasSize(2)
        .allSatisfy(row -> {
          assertThat(row.get("refused").getAsInt()).isZero();
          assertThat(row.get("not delivered").getAsInt()).isZero();
        });
    assertThat(rows(report, "A user's day"))
        .allSatisfy(row -> {
          assertThat(row.get("reconnected").getAsInt()).isPositive();
          assertThat(row.get("receipts a message").getAsDouble()).isGreaterThanOrEqualTo(1);
        });
  }

  @Test
  void devicesThatComeAndGo_areSeenByAllWhoWatch() throws Exception {
    var report = report("churn --devices 10 --watchers 2 --rate 20 --seconds 1");

    assertThat(rows(report, "How soon a change is seen"))
        .filteredOn(row -> row.get("watchers").getAsInt() == 2)
        .singleElement()
        .satisfies(row -> {
          assertThat(row.get("told").getAsInt()).isEqualTo(2 * row.get("changes").getAsInt());
          assertThat(row.get("online p50").getAsDouble()).isPositive();
        });
  }

  @Test
  void realClients_sendAllSealedToWhomTheyKnow_andNoneToOthers() throws Exception {
    var report = report("client --parts GROUP,SEALED --members 2 --recipients 10 --messages 20");

    assertThat(rows(report, "What clients take for a message, sealed and plain"))
        .extracting(
            row -> row.get("sent").getAsString(), row -> row.get("sealed of them").getAsInt())
        .containsExactlyInAnyOrder(tuple("sealed", 20), tuple("plain", 0));
    assertThat(rows(report, "What clients take for a message to many")).hasSize(2);
  }

  @Test
  void newProcesses_areTimed() throws Exception {
    var report = report("start --times 1");

    assertThat(rows(report, "How long a new process takes"))
        .extracting(row -> row.get("what").getAsString())
        .contains("JVM alone", "sotto whoami", "sotto send --wait sent", "server, again");
  }

  /// Of what was recorded, on any machine: see bench/README.md. One figure is made a lie, so that
  /// it is seen that others would be named.
  @Test
  void costFarAboveWhatWasRecorded_isNamed_andNoOther() throws Exception {
    var recorded = checkout.root().resolve("bench/costs.json");
    var lie =
        Files.readString(recorded)
            .replaceFirst("(a message: allocation, KiB\": )[0-9.]+", "$10.001");
    var file = Files.writeString(folder.resolve("costs.json"), lie);
    var line = "guard --warm-up 8 --trials 3 --recorded " + file + " --out " + folder;
    try (var run = bench(line.split(" "))) {
      assertThat(run.awaitEnd(LIMIT)).as(run.err()).isEqualTo(3);
      assertThat(run.seen())
          .filteredOn(said -> said.contains("times what was recorded"))
          .singleElement()
          .asString()
          .startsWith("- a message: allocation, KiB is ");
    }
  }

  @Test
  void whatMakesNoSense_isAnsweredWithASentence() {
    try (var run = bench("pairs", "--pairs", "none")) {
      assertThat(run.awaitEnd(LIMIT)).isEqualTo(2);
      assertThat(run.err()).contains("--pairs").doesNotContain("Exception");
    }
  }
}
