package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// `./sotto check`: what an operator asks a server.
@ExtendWith(Stage.Given.class)
final class CheckTest {
  private final Stage stage;

  CheckTest(Stage stage) {
    this.stage = stage;
  }

  private Cli operator() {
    return new Cli(stage.checkout(), "operator", stage.folder("no-home"), "not used");
  }

  @Test
  void serverThatDelivers_isToldStepByStep_andNoHomeIsMade() {
    var operator = operator();
    var ca = stage.server().ca().toString();

    var checked = operator.ok("check", "--server", stage.server().address(), "--ca", ca);

    assertThat(checked.all("step"))
        .extracting(o -> o.get("step").getAsString())
        .containsExactly("register", "connect", "send", "receive", "receipt", "delete");
    assertThat(checked.only("checked").get("server").getAsString())
        .isEqualTo(stage.server().address());
    assertThat(Files.exists(operator.home())).isFalse();
    stage.noTraceLogged();
  }

  @Test
  void serverThatIsNotThere_isNamedWithItsStep_andExits5() throws IOException {
    int free;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = socket.getLocalPort();
    }
    var ca = stage.server().ca().toString();

    Captured.of(operator(), "check", "--server", "127.0.0.1:" + free, "--ca", ca)
        .exits(5)
        .says("'register'");
    Captured.of(operator(), "check", "--server", stage.server().address())
        .exits(5)
        .says("'register'");
  }

  @Test
  void serverThatAcceptsNothing_exits7_andSaysWhichStepIsMissing() {
    var ca = stage.server().ca().toString();

    Captured.of(
            operator(),
            "check",
            "--server",
            stage.server().address(),
            "--ca",
            ca,
            "--timeout",
            "1ms")
        .exits(7)
        .says("within 1ms");
  }
}
