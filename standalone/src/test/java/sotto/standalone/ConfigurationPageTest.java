package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/// docs/configuration.md, which `make reference` writes.
class ConfigurationPageTest {
  @Test
  void page_saysWhatTheCodeSays() throws Exception {
    var text = ConfigurationPage.text();
    if (Boolean.getBoolean("sotto.write")) {
      Files.writeString(ConfigurationPage.FILE, text);
    }

    assertThat(ConfigurationPage.FILE).as("make reference writes it anew").hasContent(text);
    assertThat(text.lines().filter(line -> line.startsWith("| `")).count()).isGreaterThan(80);
  }
}
