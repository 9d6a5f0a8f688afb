package sotto.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import sotto.mesh.ConfigException;
import sotto.mesh.Configs;
import sotto.store.sql.StoreUrl;

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
  void store_isEmbeddedUntilAUrlIsGiven() throws Exception {
    assertThat(load(Map.of(), Map.of()).store().signIn()).isEmpty();
    var environment =
        Map.of("SOTTO_STORE_URL", "mysql://sotto:old@db/chat", "SOTTO_STORE_WRITERS", "8");
    var store = load(environment, Map.of()).store().in(HOME, "pod", List.of("localhost"));
    assertThat(store.url()).contains(StoreUrl.parse("mysql://sotto:old@db/chat"));
    assertThat(store.writers()).isEqualTo(8);
    assertThat(store.podName()).isEqualTo("pod");
  }

  @Test
  void firstLineOfThePasswordFile_isThePassword(@TempDir Path dir) throws Exception {
    var file = Files.writeString(dir.resolve("password"), "pass word\r\nmore\n");
    var flags =
        Map.of("store.url", "mysql://sotto:old@db/chat", "store.password-file", file.toString());
    assertThat(load(Map.of(), flags).store().signIn().orElseThrow().password())
        .contains("pass word");
    Files.writeString(file, "\nsecond");
    assertThatExceptionOfType(CannotServe.class)
        .isThrownBy(() -> load(Map.of(), flags).store().signIn())
        .withMessageContainingAll(file.toString(), "nothing in its first line");
    Files.delete(file);
    assertThatExceptionOfType(CannotServe.class)
        .isThrownBy(() -> load(Map.of(), flags).store().signIn())
        .withMessage("there is no password file " + file);
  }

  @Test
  void passwordFileWithoutAUrl_isRefused() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> load(Map.of(), Map.of("store.password-file", "/p")))
        .withMessageContainingAll("store.password-file", "url");
  }

  @Test
  void passwordOfAUrl_isInNoRefusal() {
    for (var flags :
        List.of(
            Map.of("store.url", "postgres://sotto:hush@db/chat"),
            Map.of("store.url", "mysql://sotto:hush"),
            Map.of("store.url", "mysql://sotto:hu sh@db/chat"),
            Map.of("store.url", "mysql://sotto:hush@db/chat", "store.writers", "65"))) {
      assertThatExceptionOfType(ConfigException.class)
          .isThrownBy(() -> load(Map.of(), flags))
          .satisfies(e ->
              assertThat(e.getMessage())
                  .contains("store.url")
                  .doesNotContain("hush")
                  .doesNotContain("hu sh"));
    }
  }

  @Test
  void bucket_hasItsKeysFromTheEnvironmentOrAFile(@TempDir Path dir) throws Exception {
    assertThat(load(Map.of(), Map.of()).blob().in(HOME).s3()).isEmpty();
    var environment = Map.of("SOTTO_BLOB_S3_ACCESS_KEY", "me", "SOTTO_BLOB_S3_SECRET_KEY", "hush");
    var endpoint = Map.of("blob.s3.endpoint", "https://s3.example");
    var bucket = load(environment, endpoint).blob().in(HOME).s3().orElseThrow();
    assertThat(bucket.accessKey()).isEqualTo("me");
    assertThat(bucket.secretKey()).isEqualTo("hush");
    assertThat(bucket.toString()).doesNotContain("hush");

    var file = Files.writeString(dir.resolve("keys"), "me\nhush\n");
    var flags =
        Map.of("blob.s3.endpoint", "https://s3.example", "blob.s3.keys-file", file.toString());
    assertThat(load(Map.of(), flags).blob().in(HOME).s3()).contains(bucket);
    Files.writeString(file, "me\n");
    assertThatExceptionOfType(CannotServe.class)
        .isThrownBy(() -> load(Map.of(), flags).blob().in(HOME))
        .withMessageContaining(file.toString());
  }

  @Test
  void bucketWithoutKeys_isRefused_andNoSecretIsRepeated() {
    for (var flags :
        List.of(
            Map.of("blob.s3.endpoint", "https://s3.example", "blob.s3.secret-key", "hush"),
            Map.of("blob.s3.endpoint", "https://me:hush@s3.example"))) {
      assertThatExceptionOfType(ConfigException.class)
          .isThrownBy(() -> load(Map.of(), flags))
          .satisfies(e -> assertThat(e.getMessage()).contains("blob.").doesNotContain("hush"));
    }
  }

  @Test
  void variablesOfTheStack_areNotTheServers() {
    var environment =
        Map.of("SOTTO_STACK_DIR", "/s", "SOTTO_STACK_PASSWORD", "x", "SOTTO_CACHE", "/c");
    assertThat(load(environment, Map.of())).isEqualTo(load(Map.of(), Map.of()));
  }
}
