package sotto.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.metrics.data.MetricData;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.mesh.Telemetry;
import sotto.mesh.testing.HandClock;

final class MetricsTest {
  @TempDir Path folder;

  @Test
  void commits_areMeasuredWithoutAttributes() {
    try (var memory = Telemetry.inMemory()) {
      StoreService.open(
              StoreConfig.defaults(folder, List.of("localhost")),
              new HandClock(),
              new SecureRandom(),
              memory.telemetry())
          .close();
      List<MetricData> ours =
          memory.metrics().stream().filter(m -> m.getName().startsWith("sotto.store.")).toList();
      assertThat(ours)
          .extracting(MetricData::getName)
          .contains("sotto.store.commit.jobs", "sotto.store.commit.duration");
      assertThat(ours)
          .allSatisfy(m ->
              assertThat(m.getData().getPoints())
                  .allMatch(point -> point.getAttributes().isEmpty()));
    }
  }
}
