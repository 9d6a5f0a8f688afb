package sotto.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChatInputTest {
  @Test
  void line_isATextAsItWasTyped() {
    assertThat(ChatInput.of(" hi  there ")).isEqualTo(new ChatInput.Text(" hi  there "));
  }

  @Test
  void twoSlashes_sendOne() {
    assertThat(ChatInput.of("//etc/hosts")).isEqualTo(new ChatInput.Text("/etc/hosts"));
  }

  @Test
  void path_mayHaveBlanksAndQuotes() {
    assertThat(ChatInput.of("/file my cat.png")).isEqualTo(new ChatInput.SendFile("my cat.png"));
    assertThat(ChatInput.of("/file 'my cat.png' ")).isEqualTo(new ChatInput.SendFile("my cat.png"));
  }

  @Test
  void save_hasANumberAndMaybeAFolder() {
    assertThat(ChatInput.of("/save 2")).isEqualTo(new ChatInput.Save(2, Optional.empty()));
    assertThat(ChatInput.of("/save 2 my folder"))
        .isEqualTo(new ChatInput.Save(2, Optional.of("my folder")));
  }

  @Test
  void blanks_areNothing() {
    assertThat(ChatInput.of("  \t")).isEqualTo(new ChatInput.Nothing());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/files", "/file", "/save", "/save x", "/save 0", "/history -1"})
  void incompleteOrUnknownCommand_isExplained_notSent(String line) {
    assertThat(ChatInput.of(line)).isInstanceOf(ChatInput.Wrong.class);
  }

  @Test
  void everyCommandOfTheHelp_isUnderstood() {
    assertThat(
            ChatInput.HELP
                .lines()
                .map(line -> line.substring(0, 19).strip().replace("[", "").replace("]", ""))
                .map(line -> line.replace("N", "1"))
                .map(ChatInput::of))
        .noneMatch(input -> input instanceof ChatInput.Wrong);
  }
}
