package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import sotto.mesh.ConfigException;
import sotto.mesh.Configs;

class ServerConfigTest {
  private static final Path HOME = Path.of("/home/x");

  private static ServerConfig load(Map<String, String> environment, Map<String, String> flags) {
    return Configs.load(
        ServerConfig.class,
        ServerConfig.defaults(environment, HOME),
        Optional.empty(),
        ServerConfig.own(environment),
        flags);
  }

  @Test
  void defaults_areAFolderOfTheUserAndLoopback() {
    var config = load(Map.of(), Map.of());
    assertThat(config.data()).isEqualTo(Path.of("/home/x/.local/share/sotto"));
    assertThat(config.listen()).hasToString("127.0.0.1:7700");
    assertThat(config.allNames()).containsExactly("localhost", "127.0.0.1", "::1");
    assertThat(config.store().mailboxEnvelopes()).isEqualTo(10_000);
    assertThat(config.store().mailboxLife()).isEqualTo(Duration.ofDays(30));
    assertThat(load(Map.of("XDG_DATA_HOME", "/d"), Map.of()).data()).isEqualTo(Path.of("/d/sotto"));
    assertThat(load(Map.of("XDG_DATA_HOME", "d"), Map.of()).data().startsWith(HOME)).isTrue();
  }

  @Test
  void names_areTheHostAndThoseGivenInLowerCaseEachOnce() {
    var config =
        load(Map.of(), Map.of("listen", "Chat.Example:1", "names", "chat.example, LOCALHOST,b"));
    assertThat(config.allNames())
        .containsExactly("localhost", "127.0.0.1", "::1", "chat.example", "b");
  }

  @Test
  void variablesOfTheClient_areNotTheServers() {
    var environment = Map.of("SOTTO_HOME", "x", "SOTTO_PASSPHRASE", "y", "SOTTO_LISTEN", "h:1");
    assertThat(load(environment, Map.of()).listen()).hasToString("h:1");
  }

  @Test
  void boundsOfTheServices_holdHereToo() {
    for (var bad :
        Map.of(
                "store.mailbox-envelopes", "0",
                "blob.transfers-per-account", "0",
                "relay.max-watches", "0",
                "presence.stripes", "3",
                "edge.max-calls-per-connection", "0",
                "telemetry.sample-ratio", "2",
                "drain", "0s")
            .entrySet()) {
      assertThatExceptionOfType(ConfigException.class)
          .isThrownBy(() -> load(Map.of(), Map.of(bad.getKey(), bad.getValue())))
          .withMessageContaining(bad.getKey());
    }
  }

  @Test
  void mediaThatEndBeforeTheirMessages_areRefused() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> load(Map.of(), Map.of("blob.transit-life", "10d")))
        .withMessageContaining("blob.transit-life");
  }

  @Test
  void mailboxLives_areTheSameForStoreAndClients() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> load(Map.of(), Map.of("store.mailbox-life", "10d")))
        .withMessageContaining("relay.mailbox-life");
    var both = Map.of("store.mailbox-life", "10d", "relay.mailbox-life", "10d");
    assertThat(load(Map.of(), both).relay().mailboxLife()).isEqualTo(Duration.ofDays(10));
  }

  @Test
  void everyKey_isInTheOperatorsPage_withItsDefault() throws Exception {
    var page = Files.readString(Path.of("../docs/operations.md"));
    assertThat(Configs.keys(ServerConfig.class))
        .allMatch(key -> page.contains("| `" + key + "` | "));
    // What the page says is the default is.
    var flags = new HashMap<String, String>();
    var row = Pattern.compile("\\| `([a-z.-]+)` \\| `([^`$]+)` \\|.*");
    page.lines()
        .map(row::matcher)
        .filter(Matcher::matches)
        .forEach(m -> flags.put(m.group(1), m.group(2)));
    assertThat(flags).hasSizeGreaterThan(30);
    assertThat(load(Map.of(), flags)).isEqualTo(load(Map.of(), Map.of()));
  }
}
