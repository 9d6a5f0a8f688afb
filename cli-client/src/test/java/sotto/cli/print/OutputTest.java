package sotto.cli.print;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class OutputTest {
  @Test
  void line_isUtf8() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new Output(bytes).line("✓ über 👋");
    assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("✓ über 👋\n");
  }

  @Test
  void readerThatWentAway_isToldFromAFullDisk() {
    assertThat(closed("Broken pipe").byReader()).isTrue();
    assertThat(closed("No space left on device").byReader()).isFalse();
  }

  private static Output.Closed closed(String why) {
    OutputStream broken =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(why);
          }
        };
    return catchThrowableOfType(Output.Closed.class, () -> new Output(broken).line("x"));
  }
}
