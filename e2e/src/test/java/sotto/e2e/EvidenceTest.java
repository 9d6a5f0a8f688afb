package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A search that finds nothing proves something only if it finds what is there.
final class EvidenceTest {
  private static final String TEXT = "Grüße an alle 👋 from the garden";

  @TempDir private Path folder;

  @Test
  void textInUtf8OrUtf16_isFoundInTheMidstOfOtherBytes() throws IOException {
    for (var charset :
        List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE)) {
      hide(TEXT.getBytes(charset));

      assertThat(search().found()).as(charset.name()).isNotEmpty();
    }
  }

  @Test
  void textInBase64_isFoundWhateverStandsBeforeAndBehindIt() throws IOException {
    var utf8 = TEXT.getBytes(StandardCharsets.UTF_8);
    for (int before = 0; before < 6; before++) {
      for (int behind = 0; behind < 6; behind++) {
        var all = new byte[before + utf8.length + behind];
        Arrays.fill(all, (byte) 0x5a);
        System.arraycopy(utf8, 0, all, before, utf8.length);
        hide(Base64.getEncoder().encode(all));

        assertThat(search().found()).as("%d before, %d behind", before, behind).isNotEmpty();
      }
    }
  }

  @Test
  void pieceOfAFile_isFound() throws IOException {
    var content = noise(2, 100_000);
    hide(Arrays.copyOfRange(content, 40_000, 60_000));

    assertThat(Evidence.search(folder, List.of(), List.of(content)).found()).isNotEmpty();
  }

  @Test
  void noise_isNothing_andAllOfItIsLookedThrough() throws IOException {
    hide(noise(3, 1_000));

    var search = search();

    assertThat(search.found()).isEmpty();
    assertThat(search.files()).isEqualTo(1);
    assertThat(search.bytes()).isEqualTo(11_000);
  }

  private Evidence.Search search() throws IOException {
    return Evidence.search(folder, List.of(TEXT), List.of());
  }

  private void hide(byte[] bytes) throws IOException {
    var all = new ByteArrayOutputStream();
    all.writeBytes(noise(1, 5_000));
    all.writeBytes(bytes);
    all.writeBytes(noise(1, 5_000));
    var below = Files.createDirectories(folder.resolve("a/b"));
    Files.write(below.resolve("data.bin"), all.toByteArray());
  }

  private static byte[] noise(int seed, int length) {
    var bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
