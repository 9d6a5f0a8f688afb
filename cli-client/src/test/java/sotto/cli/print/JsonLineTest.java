package sotto.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonLineTest {
  @Test
  void fieldsStandInOrder_absentOnesAreNull() {
    String line =
        new JsonLine("thing")
            .put("text", "a")
            .put("number", 7)
            .put("truth", true)
            .put("absent", Optional.empty())
            .list("items", List.of("x", "y"), (l, item) -> l.put("name", item))
            .object("inner", Optional.of("z"), (l, value) -> l.put("name", value))
            .object("none", Optional.<String>empty(), (l, value) -> l.put("name", value))
            .end();
    assertThat(line)
        .isEqualTo(
            """
            {"type":"thing","text":"a","number":7,"truth":true,"absent":null,\
            "items":[{"name":"x"},{"name":"y"}],"inner":{"name":"z"},"none":null}\
            """);
  }

  @Test
  void controlsAndInvisibleCharacters_areEscaped() {
    assertThat(new JsonLine("t").put("x", "\u001b\u009b\u2028\u202e\udb40\udc67\u007f").end())
        .isEqualTo("{\"type\":\"t\",\"x\":\"\\u001b\\u009b\\u2028\\u202e\\udb40\\udc67\\u007f\"}");
  }

  @Test
  void anyText_readsBackAsItWas_onOneSafeLine() {
    for (long seed = 0; seed < 20_000; seed++) {
      String text = TerminalTextTest.text(new Random(seed));
      String line = new JsonLine("t").put("x", text).end();
      assertThat(JsonParser.parseString(line).getAsJsonObject().get("x").getAsString())
          .as("seed %d", seed)
          .isEqualTo(text);
      assertThat(line.codePoints()).as("seed %d", seed).noneMatch(TerminalText::special);
    }
  }
}
