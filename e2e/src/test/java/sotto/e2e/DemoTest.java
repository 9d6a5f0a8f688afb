package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 240, unit = TimeUnit.SECONDS)
class DemoTest {
  @Test
  void demo_endsWell() {
    var checkout = Checkout.find();
    var builder = new ProcessBuilder(checkout.root().resolve("e2e/demo").toString());
    builder.environment().put("SOTTO_BUILD", "off");
    try (var demo = new Running("the demo", builder)) {
      demo.endInput();
      var exit = demo.awaitEnd(Duration.ofSeconds(220));
      assertThat(exit).as("%s%n%s", demo.seen(), demo.err()).isZero();
    }
  }
}
