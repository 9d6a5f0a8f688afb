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
  void metrics_areThereFromTheStart_andNameNobody() {
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
          .contains(
              "sotto.store.commit.jobs",
              "sotto.store.commit.duration",
              "sotto.store.commit.rows",
              "sotto.store.commit.failures",
              "sotto.store.buckets.moved",
              "sotto.store.cold.lost");
      assertThat(ours)
          .flatExtracting(m -> m.getData().getPoints())
          .flatExtracting(point -> point.getAttributes().asMap().values())
          .isSubsetOf("1m", "1h", "1d", "7d", "older", "taken", "given", "lost");
    }
  }
}
