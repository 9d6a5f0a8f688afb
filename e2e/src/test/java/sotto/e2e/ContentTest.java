package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sotto.client.Event;
import sotto.client.MessageView;
import sotto.client.SottoException;
import sotto.client.Status;

/// What people write comes back as they sent it; what is no text or too long is refused with a
/// reason.
@ExtendWith(Stage.Given.class)
final class ContentTest {
  private final Stage stage;

  ContentTest(Stage stage) {
    this.stage = stage;
  }

  @Test
  void everyText_comesBackByteForByte() {
    try (var alice = Talk.registered(stage, "alice");
        var bob = Talk.registered(stage, "bob")) {
      var texts = Texts.all();
      texts.forEach(t -> alice.with(bob.name).send(t));
      for (var text : texts) {
        assertThat(bob.awaitMessage().text()).isEqualTo(text);
      }
      assertThat(bob.with(alice.name).messages(100).stream().map(MessageView::text).toList())
          .isEqualTo(texts);
      assertThat(alice.with(bob.name).messages(100).stream().map(MessageView::text).toList())
          .isEqualTo(texts);
      bob.reopen();
      assertThat(bob.with(alice.name).messages(100).stream().map(MessageView::text).toList())
          .isEqualTo(texts);
    }
  }

  @Test
  void textsThatAreNone_areRefusedByTheSdk() {
    try (var alice = Talk.registered(stage, "alice");
        var bob = Talk.registered(stage, "bob")) {
      for (var text :
          List.of(
              "",
              Texts.longest("a") + "a",
              Texts.longest("🌻") + "a",
              "half \ud83c a pair",
              "\udc00 first",
              "last \ud800")) {
        var refused =
            catchThrowableOfType(SottoException.class, () -> alice.with(bob.name).send(text));
        assertThat(refused).as("a text of %s chars", text.length()).isNotNull();
        assertThat(refused.code()).isEqualTo(SottoException.Code.INVALID_INPUT);
        assertThat(refused.field()).contains("text");
        assertThat(refused).hasMessageNotContaining("Exception");
      }
      assertThat(alice.with(bob.name).messages(10)).isEmpty();
      assertThat(alice.with(bob.name).send("fine").await(Status.SENT, Talk.LIMIT))
          .matches(s -> s.reached(Status.SENT));
      assertThat(bob.awaitMessage().text()).isEqualTo("fine");
      assertThat(bob.seen()).noneMatch(e -> e instanceof Event.Undecryptable);
    }
  }

  private static List<String> texts(List<JsonObject> messages) {
    return messages.stream().map(m -> m.get("text").getAsString()).toList();
  }

  @Test
  void commandLine_passesEveryTextOn() {
    var bob = stage.registered("bob");
    try (var alice = Talk.registered(stage, "alice")) {
      var texts = Texts.all();
      texts.forEach(t -> alice.with(bob.name()).send(t));
      var received = bob.ok("receive", "--max", Integer.toString(texts.size()), "--timeout", "20s");
      assertThat(texts(received.all("message"))).isEqualTo(texts);
      assertThat(texts(bob.ok("messages", alice.name, "--limit", "100").all("message")))
          .isEqualTo(texts);

      // And the other way, from standard input as it is.
      for (var text : List.of(Texts.longest("🌻"), "a\u0000b\u001b[2J\n\n", "-")) {
        bob.run(Map.of(), text.getBytes(StandardCharsets.UTF_8), "send", alice.name, "-").exits(0);
        assertThat(alice.awaitMessage().text()).isEqualTo(text);
      }
      refused(
          bob, alice.name, (Texts.longest("a") + "a").getBytes(StandardCharsets.UTF_8), "65,536");
      refused(bob, alice.name, new byte[0], "empty");
      refused(bob, alice.name, new byte[] {'a', (byte) 0xc3, 'b'}, "UTF-8");
      refused(bob, alice.name, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, "UTF-8");
      Captured.of(bob, "send", alice.name, "").exits(2).says("empty");
    }
  }

  private static void refused(Cli from, String to, byte[] input, String because) {
    Captured.run(from.builder(false, "send", to, "-"), input).exits(2).says(because);
  }

  @Test
  void fileNames_areSentAsTheyAre_andFilesByteForByte() throws Exception {
    var folder = Files.createDirectories(stage.folder("files"));
    var names =
        List.of(
            "plain.txt",
            " spaces .txt",
            "emoji 🌻.png",
            "שלום.txt",
            "-rf",
            "a'b\"c`d$(id).txt",
            "x".repeat(251) + ".txt",
            "line\nbreak",
            ".hidden",
            "no ending",
            "two..dots");
    try (var alice = Talk.registered(stage, "alice");
        var bob = Talk.registered(stage, "bob")) {
      var paths = new ArrayList<Path>();
      for (var name : names) {
        paths.add(Files.writeString(folder.resolve(name), "content of " + name));
      }
      var empty = Files.writeString(folder.resolve("empty"), "");
      paths.add(empty);
      alice.with(bob.name).send("files", paths);
      var message = bob.awaitMessage();
      assertThat(message.files()).hasSize(names.size() + 1);
      var saved = stage.folder("saved");
      for (var file : message.files()) {
        var outcome = bob.sotto().save(file, saved);
        assertThat(outcome).isInstanceOf(sotto.client.SaveResult.Saved.class);
        var path = ((sotto.client.SaveResult.Saved) outcome).path();
        assertThat(path.toRealPath().getParent()).isEqualTo(saved.toRealPath());
        assertThat(Files.mismatch(path, paths.get(file.index()))).isEqualTo(-1);
      }
    }
  }

  @Test
  void export_hasTheTextsInOrder_andTheFilesByteForByte() throws Exception {
    var folder = Files.createDirectories(stage.folder("sent"));
    var picture = folder.resolve("cat & dog.png");
    Picture.paint(picture, 3);
    var bytes = new byte[300_000];
    new Random(3).nextBytes(bytes);
    var file = Files.write(folder.resolve("data.bin"), bytes);
    var bob = stage.registered("bob");
    String name;
    try (var alice = Talk.registered(stage, "alice")) {
      name = alice.name;
      alice.with(bob.name()).send("first");
      alice.with(bob.name()).send("a <picture>", List.of(picture));
      bob.ok("receive", "--max", "2", "--timeout", "20s");
      bob.ok("send", name, "a file", "--file", file.toString());
      alice.with(bob.name()).send("last");
      bob.ok("receive", "--max", "1", "--timeout", "20s");
    }

    var lines = export(bob, "json").resolve(name + ".jsonl");
    var messages =
        Files.readAllLines(lines).stream().map(l -> JsonParser.parseString(l).getAsJsonObject());
    var files = new ArrayList<Path>();
    var texts = new ArrayList<String>();
    messages.forEach(message -> {
      texts.add(message.get("text").getAsString());
      for (var sent : message.getAsJsonArray("files")) {
        files.add(lines.resolveSibling(sent.getAsJsonObject().get("path").getAsString()));
      }
    });
    assertThat(texts).containsExactly("first", "a <picture>", "a file", "last");
    sameBytes(files, picture, file);

    var page = export(bob, "html").resolve(name + ".html");
    var html = Files.readString(page);
    assertThat(found("<div class=\"text\" dir=\"auto\">(.*?)</div>", html))
        .containsExactly("first", "a &lt;picture&gt;", "a file", "last");
    var links =
        found("<a download href=\"([^\"]*)\"", html).stream()
            .map(link -> Path.of(page.toUri().resolve(link.replace("&amp;", "&"))))
            .toList();
    sameBytes(links, picture, file);
  }

  private Path export(Cli cli, String format) {
    var folder = stage.folder(format);
    var done = cli.ok("export", folder.toString(), "--format", format, "--media").only("exported");
    assertThat(done.get("missing").getAsInt()).isZero();
    return folder;
  }

  private static List<String> found(String pattern, String page) {
    return Pattern.compile(pattern).matcher(page).results().map(r -> r.group(1)).toList();
  }

  private static void sameBytes(List<Path> files, Path... sent) {
    assertThat(files).hasSize(sent.length);
    for (int i = 0; i < sent.length; i++) {
      assertThat(files.get(i)).hasSameBinaryContentAs(sent[i]);
    }
  }
}
