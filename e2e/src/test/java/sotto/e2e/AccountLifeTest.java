package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// What people do with their accounts, by the real client at the real server: A1 and A2 are devices
/// of Alice's, B1 is Bob's.
@ExtendWith(Stage.Given.class)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
final class AccountLifeTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /// What a client exits with whose account was deleted.
  private static final int GONE = 9;

  private final Stage stage;

  AccountLifeTest(Stage stage) {
    this.stage = stage;
  }

  private Cli empty(String name) {
    return new Cli(stage.checkout(), name, stage.folder(name), "the passphrase of " + name);
  }

  private String[] atTheServer(String... words) {
    return java.util.stream.Stream.concat(
            List.of(words).stream(),
            List.of("--server", stage.server().address(), "--ca", stage.server().ca().toString())
                .stream())
        .toArray(String[]::new);
  }

  private Cli linked(Cli old, String name) {
    Cli fresh = empty(name);
    try (Running linking = fresh.start(true, atTheServer("link"))) {
      String line = linking.awaitLine(l -> l.contains("\"type\":\"link\""), LIMIT);
      var code = com.google.gson.JsonParser.parseString(line).getAsJsonObject().get("code");
      old.ok("devices", "add", code.getAsString());
      assertThat(linking.awaitEnd(LIMIT)).as(linking.err()).isZero();
    }
    return fresh;
  }

  private static com.google.gson.JsonObject profile(Cli reader, String... more) {
    var words = java.util.stream.Stream.concat(List.of("profile").stream(), List.of(more).stream());
    return reader.ok(words.toArray(String[]::new)).only("profile");
  }

  private static String name(Cli reader, String... more) {
    return profile(reader, more).get("name").getAsString();
  }

  @Test
  void profile_isForContactsAndOwnDevices_andForNobodyWhoIsBlocked() throws Exception {
    Cli a1 = stage.registered("alice");
    Cli b1 = stage.registered("bob");
    Cli c1 = stage.registered("carol");
    var picture = stage.folder("me.png");
    Picture.paint(picture, 7);
    a1.ok(
        "profile", "--name", "Alice Example", "--about", "Sails.", "--picture", picture.toString());
    a1.ok("send", b1.name(), "hello");
    a1.ok("send", c1.name(), "hello");
    b1.ok("receive", "--timeout", "3s");
    b1.ok("accept", a1.name());
    b1.ok("receive", "--timeout", "3s");
    c1.ok("receive", "--timeout", "3s");
    var saved = stage.folder("saved.png");
    assertThat(name(b1, "@" + a1.name(), "--save-picture", saved.toString()))
        .isEqualTo("Alice Example");
    assertThat(saved).exists();
    assertThat(b1.ok("conversations").only("conversation").get("user").getAsString())
        .isEqualTo(a1.name());
    assertThat(b1.ok("conversations").only("conversation").get("profile_name").getAsString())
        .isEqualTo("Alice Example");

    Cli a2 = linked(a1, "a2");
    a2.ok("receive", "--timeout", "3s");
    assertThat(name(a2)).isEqualTo("Alice Example");

    a1.ok("block", b1.name());
    a1.ok("profile", "--name", "Alice Other");
    a1.ok("send", c1.name(), "news");
    c1.ok("receive", "--timeout", "3s");
    b1.ok("receive", "--timeout", "3s");
    assertThat(name(c1, a1.name())).isEqualTo("Alice Other");
    assertThat(name(b1, a1.name())).isEqualTo("Alice Example");
    a2.ok("receive", "--timeout", "3s");
    assertThat(name(a2)).isEqualTo("Alice Other");
    stage.noTraceLogged();
  }

  private static List<String> texts(Cli.Result result) {
    return result.all("message").stream().map(m -> m.get("text").getAsString()).toList();
  }

  @Test
  void deletedAccount_isGoneEverywhere_butForWhatOthersHaveAndItsOtherDevicesRead() {
    Cli a1 = stage.registered("alice");
    Cli b1 = stage.registered("bob");
    b1.ok("send", a1.name(), "hello");
    assertThat(texts(a1.ok("receive"))).containsExactly("hello");
    Cli a2 = linked(a1, "a2");
    assertThat(texts(a2.ok("messages", b1.name(), "--sync"))).containsExactly("hello");

    Captured.of(a1, "account", "delete").exits(2).says("--yes");
    assertThat(a1.ok("whoami").only("whoami").get("username").getAsString()).isEqualTo(a1.name());
    try (Running listening = a2.start(true, "receive", "--follow")) {
      listening.endInput();
      var deleted = a1.ok("account", "delete", "--yes").only("account_deleted");
      assertThat(deleted.get("username").getAsString()).isEqualTo(a1.name());
      assertThat(listening.awaitEnd(LIMIT)).as(listening.err()).isEqualTo(GONE);
      assertThat(listening.err()).contains("account_deleted");
    }
    assertThat(Files.exists(a1.home())).isFalse();

    a2.run("send", b1.name(), "still me?").exits(GONE);
    assertThat(texts(a2.ok("messages", b1.name()))).containsExactly("hello");
    var late = b1.run("send", a1.name(), "are you there?").exits(6);
    assertThat(late.only("message").get("reason").getAsString()).isEqualTo("account_gone");
    assertThat(texts(b1.ok("messages", a1.name()))).containsExactly("hello", "are you there?");
    Captured.of(empty("eve"), atTheServer("register", a1.name())).exits(6).says("taken");

    a2.ok("account", "delete", "--yes");
    assertThat(Files.exists(a2.home())).isFalse();
    stage.noTraceLogged();
  }
}
