package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import sotto.mesh.Configs;
import sotto.standalone.admin.AdminConfig;

/// Every key of every process is in the operators' page, with its default.
class OperatorsPageTest {
  private static final Path PAGE = Path.of("../docs/operations.md");
  private static final Pattern ROW = Pattern.compile("\\| `([a-z0-9.-]+)` \\| `([^`$]+)` \\|.*");
  private static final Path HOME = Path.of("/home/x");

  private static <R extends Record> void check(Class<R> type, R defaults) throws Exception {
    var page = Files.readString(PAGE);
    var keys = Configs.keys(type);
    assertThat(keys).allMatch(key -> page.contains("| `" + key + "` | "));
    // What the page says is the default is.
    var flags = new HashMap<String, String>();
    page.lines()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .filter(m -> keys.contains(m.group(1)))
        .forEach(m -> flags.put(m.group(1), m.group(2)));
    assertThat(flags).hasSizeGreaterThan(5);
    assertThat(Configs.load(type, defaults, Optional.empty(), Map.of(), flags)).isEqualTo(defaults);
  }

  @Test
  void standalone() throws Exception {
    check(ServerConfig.class, ServerConfig.defaults(Map.of(), HOME));
  }

  @Test
  void relay() throws Exception {
    check(RelayProcessConfig.class, RelayProcessConfig.defaults(Map.of(), HOME));
  }

  @Test
  void store() throws Exception {
    check(StoreProcessConfig.class, StoreProcessConfig.defaults(Map.of(), HOME));
  }

  @Test
  void presence() throws Exception {
    check(PresenceProcessConfig.class, PresenceProcessConfig.DEFAULTS);
  }

  @Test
  void admin() throws Exception {
    check(AdminConfig.class, AdminConfig.defaults(Map.of(), HOME));
  }

  @Test
  void blob() throws Exception {
    check(BlobProcessConfig.class, BlobProcessConfig.defaults(Map.of(), HOME));
  }
}
