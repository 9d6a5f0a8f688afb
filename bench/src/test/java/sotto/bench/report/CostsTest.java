package sotto.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.bench.report.Costs.Beside;

class CostsTest {
  private static final Map<String, Double> ALLOWED = Map.of("a", 1.5, "b", 1.5);

  @TempDir Path folder;

  private static Costs costs(double a) {
    return new Costs(Map.of("a", a));
  }

  private static boolean worse(double recorded, double now) {
    return costs(now).beside(costs(recorded), ALLOWED).getFirst().worse();
  }

  @Test
  void cost_isWorseAboveWhatIsAllowed_andNotAtIt() {
    assertThat(worse(2, 3)).isFalse();
    assertThat(worse(2, 3.01)).isTrue();
    assertThat(worse(2, 0.1)).isFalse();
  }

  @Test
  void costThatIsNoNumber_isWorse() {
    assertThat(worse(2, Double.NaN)).isTrue();
  }

  @Test
  void costThatWasNotRecorded_isNotWorse() {
    Beside beside = new Costs(Map.of("b", 9.0)).beside(costs(1), ALLOWED).getFirst();
    assertThat(beside.worse()).isFalse();
    assertThat(beside.recorded()).isEmpty();
    assertThat(beside.times()).isNaN();
  }

  @Test
  void whatIsWritten_isRead() throws IOException {
    Path file = folder.resolve("costs.json");
    costs(2).write(file);
    assertThat(costs(5).beside(Costs.read(file), ALLOWED).getFirst().times()).isEqualTo(2.5);
  }

  @Test
  void fileOfAnotherForm_isRefusedByName() throws IOException {
    Path file = folder.resolve("costs.json");
    for (String text : new String[] {"", "[]", "{\"a\": 0}", "{\"a\": \"x\"}", "{\"a\": null}"}) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> Costs.read(file))
          .as(text)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("costs.json");
    }
  }
}
