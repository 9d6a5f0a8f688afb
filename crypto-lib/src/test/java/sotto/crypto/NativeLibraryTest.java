package sotto.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryTest {
  /// Runs in a process of its own: loads the library and prints which of its files are mapped.
  static final class Loads {
    private Loads() {}

    public static void main(String[] args) throws IOException {
      new TestDevice().keys.close();
      Files.readAllLines(Path.of("/proc/self/maps")).stream()
          .filter(line -> line.contains("signal_jni"))
          .map(line -> line.substring(line.indexOf('/')))
          .distinct()
          .forEach(System.out::println);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void library_isTheOneOnThePathAndNothingIsWritten(@TempDir Path temp)
      throws IOException, InterruptedException {
    Path path = Path.of(Objects.requireNonNull(System.getProperty("java.library.path")));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:-UsePerfData",
                "-Djava.io.tmpdir=" + temp,
                "-Djava.library.path=" + path,
                "-cp",
                System.getProperty("java.class.path"),
                Loads.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (InputStream out = process.getInputStream()) {
      List<String> mapped = new String(out.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
      assertThat(mapped).containsExactly(path.toRealPath().resolve("libsignal_jni.so").toString());
      assertThat(temp).isEmptyDirectory();
    }
  }

  @Test
  void testingLibrary_isNotOnTheClassPath() {
    ClassLoader loader = NativeLibraryTest.class.getClassLoader();
    for (String name :
        List.of(
            "libsignal_jni_testing_amd64.so",
            "libsignal_jni_testing.so",
            "libsignal_jni_amd64.so")) {
      assertThat(loader.getResource(name)).as(name).isNull();
    }
  }
}
