package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.crypto.LinkCode;
import sotto.crypto.LinkKey;

/// Several devices of one account, by the real client at the real server: A1 and A2 are Alice's, B1
/// is Bob's.
@ExtendWith(Stage.Given.class)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
final class DevicesTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /// What a JVM that halts at a crash point exits with.
  private static final int HALTED = 137;

  /// What a client exits with that was removed from its account.
  private static final int REMOVED = 9;

  private final Stage stage;

  DevicesTest(Stage stage) {
    this.stage = stage;
  }

  private Cli empty(String name) {
    return new Cli(stage.checkout(), name, stage.folder(name), "the passphrase of " + name);
  }

  private String[] linkWords() {
    return List.of(
            "link",
            "--server",
            stage.server().address(),
            "--ca",
            stage.server().ca().toString(),
            "--name",
            "Laptop")
        .toArray(String[]::new);
  }

  private Running linking(Cli home, Map<String, String> environment) {
    ProcessBuilder builder = home.builder(true, linkWords());
    builder.environment().putAll(environment);
    return new Running(home.name() + ": sotto link", builder);
  }

  private static String code(Running linking) {
    String line = linking.awaitLine(l -> l.contains("\"type\":\"link\""), LIMIT);
    return com.google.gson.JsonParser.parseString(line).getAsJsonObject().get("code").getAsString();
  }

  private Cli linked(Cli old, String name) {
    Cli fresh = empty(name);
    try (Running linking = linking(fresh, Map.of())) {
      old.ok("devices", "add", code(linking));
      assertThat(linking.awaitEnd(LIMIT)).as(linking.err()).isZero();
    }
    return fresh;
  }

  private static List<String> texts(Cli.Result result) {
    return result.all("message").stream().map(m -> m.get("text").getAsString()).toList();
  }

  private static List<String> received(Cli home) {
    return texts(home.ok("receive"));
  }

  @Test
  void a2IsLinked_everythingAppearsOnceOnBoth_andAfterItsRemovalNothingMore() {
    Cli a1 = stage.registered("alice");
    Cli b1 = stage.registered("bob");
    a1.ok("send", b1.name(), "before the link");
    assertThat(received(b1)).containsExactly("before the link");
    b1.ok("send", a1.name(), "an answer");
    assertThat(received(a1)).containsExactly("an answer");

    Cli a2 = linked(a1, "a2");
    var whoami = a2.ok("whoami").only("whoami");
    assertThat(whoami.get("username").getAsString()).isEqualTo(a1.name());
    assertThat(whoami.get("device").getAsInt()).isEqualTo(2);
    assertThat(texts(a2.ok("messages", b1.name(), "--sync")))
        .containsExactly("before the link", "an answer");
    var devices = a1.ok("devices").all("device");
    assertThat(devices).hasSize(2);
    assertThat(devices.getLast().get("name").getAsString()).isEqualTo("Laptop");
    assertThat(devices.getLast().get("last_seen").isJsonNull()).isFalse();

    b1.ok("send", a1.name(), "to both");
    assertThat(received(a1)).containsExactly("to both");
    assertThat(received(a2)).containsExactly("to both");
    a2.ok("send", b1.name(), "from the second");
    assertThat(received(b1)).containsExactly("from the second");
    a1.ok("send", b1.name(), "from the first");
    assertThat(received(b1)).containsExactly("from the first");
    var all =
        List.of("before the link", "an answer", "to both", "from the second", "from the first");
    for (Cli device : List.of(a1, a2)) {
      assertThat(texts(device.ok("messages", b1.name(), "--sync"))).isEqualTo(all);
      assertThat(received(device)).isEmpty();
    }

    a1.ok("read", b1.name());
    assertThat(unread(a2.ok("conversations", "--sync"))).isZero();

    a1.ok("devices", "remove", "2");
    b1.ok("send", a1.name(), "after the removal");
    assertThat(received(a1)).containsExactly("after the removal");
    a2.run("receive").exits(REMOVED);
    assertThat(texts(a2.ok("messages", b1.name()))).isEqualTo(all);
    a2.run("send", b1.name(), "still me?").exits(REMOVED);
    a2.run("devices", "remove", "1").exits(REMOVED);
    assertThat(received(b1)).isEmpty();
  }

  private static int unread(Cli.Result conversations) {
    return conversations.only("conversation").get("unread").getAsInt();
  }

  @Test
  void linkThatIsKilledOnTheWay_goesOn_andNoDeviceIsThereTwice() {
    Cli a1 = stage.registered("alice");
    int number = 2;
    for (String point : List.of("link-granted", "link-sent")) {
      Cli fresh = empty("killed");
      try (Running linking =
          linking(fresh, Map.of("SOTTO_JAVA_OPTS", "-Dsotto.test.crash=" + point))) {
        Running adding = a1.start(true, "devices", "add", code(linking));
        try (adding) {
          adding.endInput();
          assertThat(linking.awaitEnd(LIMIT)).isEqualTo(HALTED);
          try (Running again = linking(fresh, Map.of())) {
            assertThat(again.awaitEnd(LIMIT)).as(again.err()).isZero();
            assertThat(again.seen()).noneMatch(l -> l.contains("\"type\":\"link\""));
          }
          assertThat(adding.awaitEnd(Duration.ofSeconds(90))).as(adding.err()).isZero();
        }
      }
      assertThat(fresh.ok("whoami").only("whoami").get("device").getAsInt()).isEqualTo(number++);
    }
    assertThat(a1.ok("devices").all("device")).hasSize(3);
  }

  @Test
  void whatGoesWrong_isOneSentence() {
    Cli a1 = stage.registered("alice");
    SecureRandom random = new SecureRandom();
    String nobodys = LinkCode.of(LinkKey.generate(random), random).text();
    Captured.of(a1, "devices", "add", "hello").exits(2).says("A code has 109 characters");
    Captured.of(a1, "devices", "add", nobodys).exits(6).says("No device waits with this code");
    Captured.of(a1, "devices", "remove", "1").exits(2).says("last device");
    Captured.of(a1, linkWords()).exits(1).says("already");
    Captured.of(empty("far"), "link", "--server", "127.0.0.1:1").exits(5);
    assertThat(a1.ok("devices").all("device")).hasSize(1);
  }

  @Test
  void historyGoesOn_whenTheGivingSideIsKilledOnTheWay() {
    Cli a1 = stage.registered("alice");
    Cli b1 = stage.registered("bob");
    var texts = List.of("one", "two", "three");
    texts.forEach(text -> a1.ok("send", b1.name(), text));
    Cli a2 = empty("a2");
    try (Running linking = linking(a2, Map.of());
        Running adding = a1.start(true, "devices", "add", code(linking))) {
      adding.awaitLine(l -> l.contains("\"type\":\"device_added\""), LIMIT);
      adding.kill();
      assertThat(linking.awaitEnd(LIMIT)).as(linking.err()).isZero();
    }
    a1.ok("receive", "--timeout", "5s");
    a2.ok("receive", "--timeout", "5s");
    assertThat(texts(a2.ok("messages", b1.name(), "--sync"))).isEqualTo(texts);
  }
}
