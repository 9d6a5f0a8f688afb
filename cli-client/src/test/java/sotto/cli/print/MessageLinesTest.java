package sotto.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sotto.client.Failure;
import sotto.client.FileView;
import sotto.client.SaveResult;
import sotto.client.Status;

class MessageLinesTest {
  private final MessageLines lines = new MessageLines(ZoneOffset.UTC);

  @Test
  void incoming_saysWhenAndWho() {
    assertThat(lines.full(Samples.incoming("hi"), Map.of()))
        .isEqualTo("2026-11-25 12:00 alice: hi");
  }

  @Test
  void time_isOfTheReadersZone() {
    assertThat(new MessageLines(ZoneId.of("Asia/Tokyo")).timed(Samples.incoming("hi")))
        .isEqualTo("21:00 alice: hi");
  }

  @Test
  void own_saysHowFarItHasCome() {
    assertThat(lines.timed(Samples.own("hi", Status.QUEUED))).isEqualTo("12:00 you …: hi");
    assertThat(lines.timed(Samples.own("hi", Status.SENT))).isEqualTo("12:00 you ✓: hi");
    assertThat(lines.timed(Samples.own("hi", Status.DELIVERED))).isEqualTo("12:00 you ✓✓: hi");
    assertThat(lines.timed(Samples.own("hi", Status.READ))).isEqualTo("12:00 you ✓✓ read: hi");
  }

  @Test
  void failed_saysWhy() {
    Failure nobody = new Failure("unknown_recipient", "Nobody has this name.", false);
    assertThat(lines.timed(Samples.failed("hi", nobody)))
        .isEqualTo("12:00 you ✗ (Nobody has this name.): hi");
  }

  @Test
  void secondLine_cannotPassForAnotherMessage() {
    String forged = lines.full(Samples.incoming("hi\n2026-11-25 12:01 bob: I agree"), Map.of());
    assertThat(forged.lines().skip(1)).allMatch(line -> line.startsWith("        "));
  }

  @Test
  void fileName_isShownWithoutControls() {
    FileView file = Samples.file("a\u001b[2Jb\n.png");
    assertThat(lines.full(Samples.incoming("look", file), Map.of()))
        .isEqualTo("2026-11-25 12:00 alice: look\n        [a\\u{1b}[2Jb\\u{a}.png, 1.2 MB]");
  }

  @Test
  void savedFile_saysWhere() {
    FileView file = Samples.file("cat.png");
    SavedFile saved = new SavedFile(new SaveResult.Saved(Path.of("/x/cat.png")));
    assertThat(lines.full(Samples.incoming("", file), Map.of(file, saved)))
        .isEqualTo("2026-11-25 12:00 alice: [cat.png, 1.2 MB] saved as /x/cat.png");
  }

  @Test
  void size_isRoundedToItsUnit() {
    assertThat(MessageLines.size(0)).isEqualTo("0 B");
    assertThat(MessageLines.size(999)).isEqualTo("999 B");
    assertThat(MessageLines.size(1000)).isEqualTo("1.0 kB");
    assertThat(MessageLines.size(999_999)).isEqualTo("1.0 MB");
    assertThat(MessageLines.size(Long.MAX_VALUE)).endsWith(" TB");
  }

  @Test
  void picture_isCalledOne_withTheSizeItsSenderSays() {
    assertThat(lines.timed(Samples.incoming("", Samples.picture("cat\u202e.png", 1200, 800))))
        .endsWith("[picture 1200x800, 1.2 MB, cat\\u{202e}.png]");
    assertThat(lines.timed(Samples.incoming("", Samples.picture("cat.png", 0, 0))))
        .endsWith("[picture 1.2 MB, cat.png]");
  }
}
