package sotto.cli.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import sotto.cli.print.MessageLines;
import sotto.cli.print.Output;
import sotto.cli.print.Samples;
import sotto.client.Connection;
import sotto.client.Failure;
import sotto.client.Status;

class ViewsTest {
  private static final Peer BOB =
      new Peer(Samples.BOB, Optional.empty(), false, Connection.State.ONLINE);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ChatView plain =
      new PlainView(
          new Output(out), new MessageLines(ZoneOffset.UTC), input("one\r\ntwo\nthree"), false);
  private final ChatView json = new JsonView(new Output(out), input(""));

  @Test
  void plain_showsTheDayOnce_andMessagesWithTheirStatus() {
    plain.message(Samples.incoming("hi"), false);
    plain.message(Samples.own("hello", Status.QUEUED), true);
    assertThat(lines())
        .containsExactly(
            "— Wednesday, 25 November 2026 —", "12:00 alice: hi", "12:00 you …: hello");
  }

  @Test
  void plain_showsProgress_asFarAsTheEventSays_withTheBeginningOfTheText() {
    plain.progress(Samples.own("x".repeat(50) + "\nmore", Status.READ), Status.DELIVERED);
    assertThat(lines()).containsExactly("  ✓✓ delivered: " + "x".repeat(40) + "…");
  }

  @Test
  void plain_saysWhyAMessageFailed() {
    Failure nobody = new Failure("unknown_recipient", "Nobody has this name.", false);
    plain.progress(Samples.failed("hi", nobody), Status.FAILED);
    assertThat(lines()).containsExactly("  ✗ failed (Nobody has this name.): hi");
  }

  @Test
  void plain_tellsPresenceAndTypingOnlyWhenTheyChange() {
    plain.peer(BOB);
    plain.peer(BOB.with(new Peer.Presence(true, Optional.empty())));
    plain.peer(BOB.with(new Peer.Presence(true, Optional.empty())).typing(true));
    plain.peer(BOB.with(new Peer.Presence(true, Optional.empty())).typing(true));
    plain.peer(BOB.with(new Peer.Presence(false, Optional.of(Samples.NOON))));
    assertThat(lines())
        .containsExactly("* bob: online", "* bob is typing", "* bob: last seen 2026-11-25 12:00");
  }

  @Test
  void plain_hasNoEscapeCodes_whateverComes() {
    plain.message(Samples.incoming("\u001b[2J", Samples.file("\u001b]0;x\u0007")), true);
    plain.progress(Samples.own("\u009b31m", Status.SENT), Status.SENT);
    assertThat(out.toString(StandardCharsets.UTF_8).codePoints())
        .noneMatch(c -> Character.isISOControl(c) && c != '\n');
  }

  @Test
  void input_isLines_theLastOneWithoutItsEndToo() {
    assertThat(List.of(plain.read(), plain.read(), plain.read(), plain.read()))
        .containsExactly(
            Optional.of("one"), Optional.of("two"), Optional.of("three"), Optional.empty());
  }

  @Test
  void json_isOneObjectForEachThingThatHappens() {
    json.message(Samples.incoming("hi"), true);
    json.progress(Samples.own("hi", Status.READ), Status.SENT);
    json.peer(BOB);
    json.peer(BOB);
    json.note("file", "file 1");
    List<JsonObject> objects =
        lines().stream().map(line -> JsonParser.parseString(line).getAsJsonObject()).toList();
    assertThat(objects.stream().map(o -> o.get("type").getAsString()))
        .containsExactly("message", "status", "peer", "notice");
    assertThat(objects.get(1).get("status").getAsString()).isEqualTo("sent");
    assertThat(objects.get(2).keySet())
        .contains("user", "verification", "presence", "last_seen", "typing", "connection");
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static InputStream input(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }
}
