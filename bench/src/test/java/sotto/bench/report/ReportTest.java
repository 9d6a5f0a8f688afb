package sotto.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.bench.report.Table.Column;

final class ReportTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05.678Z"), ZoneOffset.UTC);

  @TempDir Path folder;

  private Report report() {
    var report = new Report("pairs", Conditions.now(CLOCK, folder, "./sotto-bench pairs"));
    var table = new Table("Times", "A note.", new Column("what", 0), new Column("ms", 2));
    table.row("a|b", 1234.567);
    table.row("none", Double.NaN);
    report.add(table);
    var plot = new Plot("P", new Plot.Scale("x", false), new Plot.Scale("y", true));
    plot.line("one", List.of(new Plot.Point(0, 1)));
    report.add("plot", plot);
    return report;
  }

  @Test
  void markdown_hasConditionsAndEveryRow_andWhatIsNoNumberIsEmpty() {
    assertThat(report().markdown())
        .contains("| command | ./sotto-bench pairs |", "| when | 2026-01-02T03:04:05Z |")
        .contains("### Times\n\nA note.\n\n| what | ms |\n| --- | --- |\n")
        .contains("| a\\|b | 1,234.57 |\n| none |  |\n")
        .contains("![P](plot.svg)");
  }

  @Test
  void json_hasFiguresUnrounded_andLeavesOutWhatIsNoNumber() {
    var json = JsonParser.parseString(report().json()).getAsJsonObject();

    assertThat(json.get("scenario").getAsString()).isEqualTo("pairs");
    assertThat(json.getAsJsonObject("conditions").has("machine")).isTrue();
    var rows = json.getAsJsonArray("tables").get(0).getAsJsonObject().getAsJsonArray("rows");
    assertThat(rows.get(0).getAsJsonObject().get("ms").getAsDouble()).isEqualTo(1234.567);
    assertThat(rows.get(1).getAsJsonObject().has("ms")).isFalse();
  }

  @Test
  void everyFile_isWritten_whereTheFolderWasNot() throws Exception {
    var to = folder.resolve("a/b");

    report().write(to);

    assertThat(to.resolve("report.md")).hasContent(report().markdown());
    assertThat(to.resolve("report.json")).isNotEmptyFile();
    assertThat(Files.readString(to.resolve("plot.svg"))).startsWith("<svg ");
  }

  @Test
  void rowOfAnotherWidth_isRefused() {
    var table = new Table("t", "", new Column("a", 0));
    assertThatThrownBy(() -> table.row(1, 2)).isInstanceOf(IllegalArgumentException.class);
  }
}
