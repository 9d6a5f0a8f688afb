package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Groups by the real client at the real server.
@ExtendWith(Stage.Given.class)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
final class GroupsTest {
  private final Stage stage;

  GroupsTest(Stage stage) {
    this.stage = stage;
  }

  private static List<String> received(Cli home) {
    return home.ok("receive").all("message").stream()
        .map(m -> m.get("to").getAsString() + " " + m.get("text").getAsString())
        .toList();
  }

  private static String account(Cli home) {
    return home.ok("whoami").only("whoami").get("account").getAsString();
  }

  @Test
  void groupIsFounded_writtenTo_changedAndLeft() {
    Cli alice = stage.registered("alice");
    Cli bob = stage.registered("bob");
    Cli carol = stage.registered("carol");
    var founded = alice.ok("group", "create", "Climbers", bob.name(), carol.name()).only("group");
    assertThat(founded.get("role").getAsString()).isEqualTo("owner");
    assertThat(founded.get("members").getAsJsonArray()).hasSize(3);
    alice.ok("send", "#Climbers", "See you at eight");
    assertThat(received(bob)).containsExactly("#Climbers See you at eight");
    assertThat(received(carol)).containsExactly("#Climbers See you at eight");

    bob.ok("send", "#climbers", "I bring the rope");
    assertThat(received(alice)).containsExactly("#Climbers I bring the rope");
    assertThat(received(carol)).containsExactly("#Climbers I bring the rope");

    alice.ok("group", "promote", "Climbers", bob.name());
    alice.ok("group", "remove", "Climbers", carol.name());
    alice.ok("send", "#Climbers", "without carol");
    assertThat(received(bob)).containsExactly("#Climbers without carol");
    assertThat(received(carol)).isEmpty();
    assertThat(carol.run("send", "#Climbers", "let me in").exit()).isEqualTo(6);

    assertThat(
            bob.ok("group", "log", "Climbers").all("group_log").stream()
                .map(note -> note.get("message").getAsString()))
        .containsExactly(
            alice.name() + " founded the group with 2 others",
            alice.name() + " made you an admin",
            // Bob has never heard of Carol but by her account.
            alice.name() + " removed " + account(carol));

    String link = bob.ok("group", "link", "Climbers").only("group_link").get("link").getAsString();
    Cli dave = stage.registered("dave");
    dave.ok("group", "join", link);
    dave.ok("send", "#Climbers", "I am dave");
    assertThat(received(bob)).contains("#Climbers I am dave");
    assertThat(carol.run("group", "join", link).exit()).isNotZero();

    var sent = alice.ok("send", "#Climbers", "who has it?").only("message");
    assertThat(received(bob)).contains("#Climbers who has it?");
    alice.ok("receive");
    var info = alice.ok("info", sent.get("id").getAsString()).only("info");
    assertThat(info.get("recipients").getAsInt()).isEqualTo(2);
    assertThat(info.get("delivered").getAsInt()).isEqualTo(1);

    assertThat(alice.run("group", "leave", "Climbers").exit()).isEqualTo(6);
    alice.ok("group", "promote", "--owner", "Climbers", bob.name());
    alice.ok("group", "leave", "Climbers");
    bob.ok("receive");
    assertThat(bob.ok("group", "members", "Climbers").all("member")).hasSize(2);
  }
}
