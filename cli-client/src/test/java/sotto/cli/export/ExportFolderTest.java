package sotto.cli.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportFolderTest {
  @TempDir Path place;

  private List<String> there() throws IOException {
    try (Stream<Path> all = Files.list(place)) {
      return all.map(p -> p.getFileName() + "").toList();
    }
  }

  @Test
  void itAppears_whenItIsFinished() throws IOException {
    Path folder = place.resolve("export");
    try (ExportFolder export = ExportFolder.begin(folder)) {
      Files.createDirectories(export.work().resolve("media"));
      Files.writeString(export.work().resolve("media").resolve("a"), "a");
      assertThat(folder).doesNotExist();
      export.finish();
    }
    assertThat(folder.resolve("media").resolve("a")).hasContent("a");
    assertThat(there()).containsExactly("export");
    assertThat(Files.getPosixFilePermissions(folder)).hasSize(3);
  }

  @Test
  void brokenOff_itLeavesNothing() throws IOException {
    try (ExportFolder export = ExportFolder.begin(place.resolve("export"))) {
      Files.writeString(export.work().resolve("a"), "a");
    }
    assertThat(there()).isEmpty();
  }

  @Test
  void folderWithContent_orAFile_isRefused_anEmptyOneIsNot() throws IOException {
    Path folder = Files.createDirectories(place.resolve("export"));
    try (ExportFolder export = ExportFolder.begin(folder)) {
      export.finish();
    }
    Path mine = Files.writeString(folder.resolve("mine"), "mine");
    for (Path taken : List.of(folder, mine)) {
      assertThatThrownBy(() -> ExportFolder.begin(taken).close()).isInstanceOf(IOException.class);
    }
    assertThat(there()).containsExactly("export");
    assertThat(mine).hasContent("mine");
  }
}
