package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@Timeout(value = 300, unit = TimeUnit.SECONDS)
class DemoTest {
  @Test
  void demo_endsWell() {
    assertThat(demo()).contains("All of it worked");
  }

  // What is short of it is in FaultsStoreTest: the same Vitess, killed.
  @Test
  @EnabledIfSystemProperty(named = "sotto.long", matches = "true")
  void demoOnAVitess_endsWellAndLooksThroughItsFiles() {
    assertThat(demo("combo")).contains("schema version 0 -> ", "of the database", "worked");
  }

  @Test
  void demoThroughAMesh_endsWell() {
    assertThat(demo("mesh")).contains("were killed", "once each and in order", "worked");
  }

  @Test
  @EnabledIfSystemProperty(named = "sotto.long", matches = "true")
  void demoThroughAMeshWithTelemetry_showsOneTraceFromSdkToSdk() {
    assertThat(demo("mesh", "telemetry")).contains("is one trace", "message receive", "worked");
  }

  @Test
  void demoOnAStoreThatThereIsNot_isOneSentence() {
    try (var demo = start("vitesse")) {
      assertThat(demo.awaitEnd(Duration.ofSeconds(60))).isEqualTo(2);
      assertThat(demo.err())
          .isEqualTo("there is no store vitesse for the demo: embedded, mysql, combo or vitess");
    }
  }

  private static String demo(String... store) {
    try (var demo = start(store)) {
      var exit = demo.awaitEnd(Duration.ofSeconds(280));
      assertThat(exit).as("%s%n%s", demo.seen(), demo.err()).isZero();
      return String.join("\n", demo.seen());
    }
  }

  private static Running start(String... store) {
    var builder = new ProcessBuilder(Checkout.find().root().resolve("e2e/demo").toString());
    builder.command().addAll(List.of(store));
    builder.environment().put("SOTTO_BUILD", "off");
    var demo = new Running("the demo", builder);
    demo.endInput();
    return demo;
  }
}
