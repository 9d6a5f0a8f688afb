package sotto.standalone.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import sotto.mesh.Role;

class ReportTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter errors = new StringWriter();

  private static Report report() {
    var report = new Report("pod", "started_at", "envelopes", "bytes", "oldest", "behind");
    var start = Instant.parse("2026-01-02T03:04:05.678Z");
    report.row("a:1", start, 7, new Cell.Bytes(1536), Duration.ofMillis(93_784_500), true);
    report.row("bcd:22", Cell.none(), 1234L, new Cell.Bytes(10), Duration.ofSeconds(5), false);
    return report;
  }

  @Test
  void table_isAligned_withNumbersAtTheRight() {
    report().print(new PrintWriter(out, true), new PrintWriter(errors, true));
    assertThat(out.toString().lines())
        .containsExactly(
            "POD     STARTED AT            ENVELOPES    BYTES  OLDEST  BEHIND",
            "a:1     2026-01-02 03:04:05Z          7  1.5 KiB   1d 2h  yes",
            "bcd:22  -                          1234     10 B      5s  no");
    assertThat(errors.toString()).isEmpty();
  }

  @Test
  void json_isOneObjectALine_withNumbersAsNumbers() {
    report().printJson(new PrintWriter(out, true));
    assertThat(out.toString().lines())
        .containsExactly(
            "{\"pod\":\"a:1\",\"started_at\":\"2026-01-02T03:04:05.678Z\",\"envelopes\":7,\"bytes\":1536,\"oldest\":93784.5,\"behind\":true}",
            "{\"pod\":\"bcd:22\",\"started_at\":null,\"envelopes\":1234,\"bytes\":10,\"oldest\":5.0,\"behind\":false}");
  }

  @Test
  void podThatDidNotAnswer_isNamed_andTheExitCodeIsOne() {
    var report = report();
    assertThat(report.exitCode()).isZero();
    report.failed(new Answer.Failed<>(new Pod(Role.STORE, "s:1"), "is not reached"));
    assertThat(report.exitCode()).isEqualTo(1);
    report.print(new PrintWriter(out, true), new PrintWriter(errors, true));
    assertThat(errors.toString().lines()).containsExactly("sotto: the store s:1 is not reached");
    report.printJson(new PrintWriter(out, true));
    assertThat(out.toString().lines())
        .last()
        .isEqualTo("{\"role\":\"store\",\"pod\":\"s:1\",\"error\":\"is not reached\"}");
  }

  @Test
  void ranges_joinNeighbours() {
    assertThat(BucketsCommand.ranges(List.of(0, 1, 2, 5, 7, 8))).isEqualTo("0-2,5,7-8");
  }

  @Test
  void ages_areCalledAsPeopleSayThem() {
    assertThat(Mailboxes.age(60_000)).isEqualTo("up to 1m");
    assertThat(Mailboxes.age(3_600_000)).isEqualTo("up to 1h");
    assertThat(Mailboxes.age(7 * 86_400_000L)).isEqualTo("up to 7d");
    assertThat(Mailboxes.age(0)).isEqualTo("older");
  }
}
