package sotto.cli.print;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import sotto.client.Failure;
import sotto.client.FileView;
import sotto.client.SaveResult;

class MessageJsonTest {
  @Test
  void incoming_hasTheDocumentedFields() {
    FileView file = Samples.file("cat.png");
    SavedFile saved = new SavedFile(new SaveResult.Saved(Path.of("/x/cat.png")));
    assertThat(MessageJson.line(Samples.incoming("hi", file), Map.of(file, saved)).end())
        .isEqualTo(
            """
            {"type":"message","id":"00112233445566778899aabbccddeeff","kind":"message",\
            "incoming":true,"from":"alice","to":"bob","group":null,"text":"hi",\
            "files":[{"name":"cat.png","size":1234567,"sha256":"%s","media_type":"image/png",\
            "width":null,"height":null,"path":"/x/cat.png","problem":null}],"sent_at":"2026-11-25T12:00:00.123Z",\
            "status":"delivered","reason":null,"reason_text":null}\
            """
                .formatted("ab".repeat(32)));
  }

  @Test
  void picture_hasItsSize() {
    FileView picture = Samples.picture("cat.png", 1200, 800);
    assertThat(MessageJson.line(Samples.incoming("", picture), Map.of()).end())
        .contains("\"width\":1200,\"height\":800");
  }

  @Test
  void failed_hasTheReasonAsAWordAndAsASentence() {
    Failure nobody = new Failure("unknown_recipient", "Nobody has this name.", false);
    assertThat(MessageJson.line(Samples.failed("hi", nobody), Map.of()).end())
        .contains("\"status\":\"failed\"")
        .contains("\"reason\":\"unknown_recipient\"")
        .contains("\"reason_text\":\"Nobody has this name.\"");
  }

  @Test
  void fileThatIsGone_hasNoPathButAProblem() {
    FileView file = Samples.file("cat.png");
    Map<FileView, SavedFile> gone = Map.of(file, new SavedFile(new SaveResult.Gone()));
    assertThat(MessageJson.line(Samples.incoming("", file), gone).end())
        .contains("\"path\":null,\"problem\":\"gone\"");
  }
}
