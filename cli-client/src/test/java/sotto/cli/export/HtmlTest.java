package sotto.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import sotto.cli.print.Samples;
import sotto.client.FileView;
import sotto.client.MessageView;
import sotto.client.Status;

/// Pages that hold what strangers wrote.
final class HtmlTest {
  private static final Pattern TAG = Pattern.compile("<[^>]*>");

  private final Html html = new Html(ZoneOffset.UTC);

  private static List<String> tags(String page) {
    return TAG.matcher(page).results().map(m -> m.group()).toList();
  }

  private static ExportedFile saved(FileView file, String path) {
    return new ExportedFile(file, Optional.of(path), Optional.empty());
  }

  @Test
  void anyText_addsNoTag_andNoAttribute() {
    List<String> harmless = tags(html.message(Samples.incoming("x"), List.of()));
    Random random = new Random(5);
    String alphabet = "<>&\"'/=` \n\t\u0000\u001b\u202e\u2028\ud800script on img src";
    for (int round = 0; round < 500; round++) {
      StringBuilder text = new StringBuilder("x");
      for (int i = 0; i < 20; i++) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      MessageView message = Samples.incoming(text.toString());
      assertThat(tags(html.message(message, List.of()))).as("%s", text).isEqualTo(harmless);
      assertThat(tags(html.begin(text.toString()))).isEqualTo(tags(html.begin("x")));
    }
  }

  @Test
  void nameOfAFile_endsNoAttribute_andLeadsNowhereElse() {
    FileView file = Samples.file("\"><script>alert(1)</script>.png");
    String page =
        html.message(
            Samples.incoming("look", file),
            List.of(saved(file, "media/bob/javascript:%2e \"x'<y>.png")));
    assertThat(page)
        .doesNotContain("<script")
        .contains("src=\"./media/bob/javascript:%252e%20%22x&#39;%3Cy%3E.png\"")
        .contains("<a download href=\"./media/");
    FileView page2 =
        new FileView(file.message(), 0, "a.svg", "image/svg+xml", 1, "00", Optional.empty());
    assertThat(html.message(Samples.incoming("", page2), List.of(saved(page2, "media/bob/a.svg"))))
        .doesNotContain("<img");
  }

  @Test
  void page_loadsNothingFromElsewhere() {
    assertThat(html.begin("bob") + html.index(List.of("bob")))
        .contains("default-src 'none'")
        .doesNotContain("http://")
        .doesNotContain("https://");
  }

  @Test
  void missingFile_isNoted_andStatusesShow() {
    FileView file = Samples.file("cat.png");
    assertThat(
            html.message(
                Samples.incoming("", file),
                List.of(new ExportedFile(file, Optional.empty(), Optional.of("missing")))))
        .contains("cat.png")
        .contains("(missing)")
        .doesNotContain("href");
    assertThat(html.message(Samples.own("hi", Status.READ), List.of()))
        .contains("class=\"own\"")
        .contains(" read");
  }
}
