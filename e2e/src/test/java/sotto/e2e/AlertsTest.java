package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What stands in helm/telemetry for Prometheus and Grafana fits what processes show and what the
/// operators' page says.
class AlertsTest {
  private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
  private static final Pattern ENTRY =
      Pattern.compile("(?m)^\\| `(Sotto\\w+)` \\| .+ \\| .+ \\| .+ \\|$");
  private static final Pattern METRIC = Pattern.compile("\\b(?:sotto|grpc)_[a-z_]+\\b");
  private static final Pattern LABEL = Pattern.compile("grpc_(method|status)");

  private final Checkout checkout = Checkout.find();
  private final Path folder = checkout.root().resolve("helm/telemetry");

  private static Set<String> all(Pattern pattern, String text) {
    var found = new TreeSet<String>();
    var matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(matcher.group(matcher.groupCount() > 0 ? 1 : 0));
    }
    return found;
  }

  private String read(String file) throws IOException {
    return Files.readString(folder.resolve(file));
  }

  @Test
  void everyAlert_hasAnEntryOfWhatToDo_andAUnitTest() throws IOException {
    var alerts = all(ALERT, read("rules.yaml"));
    var page = Files.readString(checkout.root().resolve("docs/operations.md"));
    assertThat(alerts).hasSizeGreaterThan(5).isEqualTo(all(ENTRY, page));
    var tested = read("rules-test.yaml");
    assertThat(alerts).allMatch(alert -> tested.contains("alertname: " + alert));
  }

  @Test
  void rulesAndDashboard_nameMetricsThatThereAre() throws IOException {
    var there = new TreeSet<String>();
    for (var row : MetricsTable.of(checkout).rows()) {
      var name = row.prometheus();
      there.addAll(
          row.kind().equals("histogram")
              ? List.of(name + "_bucket", name + "_sum", name + "_count")
              : List.of(name));
    }
    for (var file : List.of("rules.yaml", "rules-test.yaml", "dashboard.json")) {
      var named = all(METRIC, read(file));
      named.removeIf(n -> LABEL.matcher(n).matches());
      assertThat(named).as(file).isNotEmpty().isSubsetOf(there);
    }
  }

  @Test
  void everyAlert_firesWhenItShould_andIsSilentElse() throws Exception {
    var promtool = promtool();
    assumeTrue(promtool.isPresent(), "no promtool: stack/sotto-stack install prometheus");
    var run =
        new ProcessBuilder(promtool.orElseThrow().toString(), "test", "rules", "rules-test.yaml")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    var said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(run.waitFor()).as(said).isZero();
  }

  private static Optional<Path> promtool() throws IOException {
    var cache =
        Path.of(Optional.ofNullable(System.getenv("SOTTO_CACHE")).orElse("/var/cache/sotto"));
    if (!Files.isDirectory(cache)) {
      return Optional.empty();
    }
    try (var parts = Files.list(cache)) {
      return parts
          .filter(part -> part.getFileName().toString().startsWith("prometheus-"))
          .map(part -> part.resolve("bin/promtool"))
          .filter(Files::isExecutable)
          .max(Comparator.naturalOrder());
    }
  }
}
