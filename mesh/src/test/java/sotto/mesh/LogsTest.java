package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.DefaultJoranConfigurator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

@Isolated
class LogsTest {
  private final PrintStream err = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void catchErr() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(err);
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    var again = new DefaultJoranConfigurator();
    again.setContext(context);
    again.configure(context);
  }

  private List<JsonNode> lines() throws Exception {
    var lines = new ArrayList<JsonNode>();
    for (var line : written.toString(StandardCharsets.UTF_8).lines().toList()) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  @Test
  void everyLogger_writesOneJsonLineAnEvent() throws Exception {
    Logs.open(LogsConfig.DEFAULTS);
    LoggerFactory.getLogger("sotto.x").atInfo().addKeyValue("part", "a\nb").log("one\ntwo");
    System.getLogger("sotto.y").log(System.Logger.Level.WARNING, "three");
    java.util.logging.Logger.getLogger("sotto.z").severe("four");
    LoggerFactory.getLogger("sotto.x").error("five", new Scrubbed(new RuntimeException("secret")));
    assertThat(lines())
        .extracting(l -> l.get("level").asText() + " " + l.get("formattedMessage").asText())
        .containsExactly("INFO one\ntwo", "WARN three", "ERROR four", "ERROR five");
    assertThat(lines().getFirst().get("kvpList").toString()).contains("part");
    assertThat(written.toString(StandardCharsets.UTF_8)).doesNotContain("secret");
  }

  @Test
  void eventWithinATrace_namesIt_andOthersDoNot() throws Exception {
    Logs.open(LogsConfig.DEFAULTS);
    try (var telemetry = Telemetry.inMemory()) {
      var span = telemetry.telemetry().tracer("test").spanBuilder("call").startSpan();
      try (var _ = span.makeCurrent()) {
        System.getLogger("sotto.x").log(System.Logger.Level.WARNING, "within");
      } finally {
        span.end();
      }
      System.getLogger("sotto.x").log(System.Logger.Level.WARNING, "without");
      assertThat(lines().getFirst().get("kvpList").toString())
          .contains("trace", span.getSpanContext().getTraceId());
      assertThat(lines().getLast().toString()).doesNotContain("trace");
    }
  }

  @Test
  void librariesAndLowerLevels_areQuiet() throws Exception {
    Logs.open(new LogsConfig(LogsConfig.Level.INFO, LogsConfig.Format.JSON));
    LoggerFactory.getLogger("io.netty.x").info("noise");
    LoggerFactory.getLogger("sotto.x").debug("detail");
    assertThat(lines()).isEmpty();
  }
}
