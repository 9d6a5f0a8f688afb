package sotto.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class MetricsPageTest {
  @Test
  void linesOfOneName_areAddedUp_withAndWithoutLabelsAndTimes() {
    var page =
        MetricsPage.parse(
            """
            # HELP sotto_store_envelopes_total Envelopes stored
            # TYPE sotto_store_envelopes_total counter
            sotto_store_envelopes_total{otel_scope_name="store"} 40.0
            sotto_store_envelopes_total{otel_scope_name="a } b"} 2.0 1700000000000
            sotto_store_commit_duration_seconds_count 1.2E7
            """);

    assertThat(page.of("sotto_store_envelopes_total")).isEqualTo(42);
    assertThat(page.of("sotto_store_commit_duration_seconds_count")).isEqualTo(12_000_000);
    assertThat(page.of("sotto_relay_sends_total")).isZero();
  }
}
