package sotto.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageTextTest {
  @ParameterizedTest
  @ValueSource(strings = {"hello\n", "\n", "\ufeffbom", "👋🏽 שלום \u200b", "a\0b\u001b"})
  void standardInput_isTakenExactly(String text) {
    assertThat(MessageText.of("-", input(text))).isEqualTo(text);
  }

  @Test
  void longestText_isTaken_oneByteMoreIsNot() {
    String longest = "é".repeat(32_768);
    assertThat(MessageText.of("-", input(longest))).isEqualTo(longest);
    assertThat(MessageText.of(longest, input(""))).isEqualTo(longest);
    assertThatThrownBy(() -> MessageText.of("-", input(longest + "x")))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining("65,536");
    assertThatThrownBy(() -> MessageText.of(longest + "x", input("")))
        .isInstanceOf(CommandFailed.class)
        .hasMessageContaining("65,536");
  }

  @Test
  void endlessInput_isNotReadToItsEnd() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }
        };
    assertThatThrownBy(() -> MessageText.of("-", endless)).isInstanceOf(CommandFailed.class);
  }

  @Test
  void whatIsNotUtf8_isRefused() {
    InputStream latin1 = new ByteArrayInputStream(new byte[] {'a', (byte) 0xe9, 'b'});
    assertThatThrownBy(() -> MessageText.of("-", latin1)).hasMessageContaining("not UTF-8");
    assertThatThrownBy(() -> MessageText.of("a\ud83d", input("")))
        .hasMessageContaining("not valid Unicode");
  }

  @Test
  void nothing_isRefused() {
    assertThatThrownBy(() -> MessageText.of("-", input(""))).hasMessageContaining("empty");
    assertThatThrownBy(() -> MessageText.of("", input("x"))).hasMessageContaining("empty");
  }

  private static InputStream input(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
