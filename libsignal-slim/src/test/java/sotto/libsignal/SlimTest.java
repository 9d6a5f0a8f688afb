package sotto.libsignal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SlimTest {
  private static final Path LIBRARIES = Path.of(System.getProperty("java.library.path"));

  @Test
  void library_isOneFileWithoutDebugData() throws Exception {
    try (Stream<Path> files = Files.list(LIBRARIES)) {
      assertThat(files)
          .singleElement()
          .satisfies(f -> assertThat(Files.size(f)).isLessThan(24L << 20));
    }
  }

  @Test
  void classPath_hasNoNativeLibrary() {
    for (String resource :
        new String[] {"libsignal_jni_amd64.so", "libsignal_jni_testing_amd64.so"}) {
      assertThat(SlimTest.class.getResource("/" + resource)).as(resource).isNull();
    }
  }

  @Test
  void firstKey_writesNothingToTheTempFolder(@TempDir Path temp) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + temp,
                "-Djava.library.path=" + LIBRARIES,
                "-cp",
                System.getProperty("java.class.path"),
                FirstKey.class.getName())
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(printed.strip()).as("bytes of a serialized public key").isEqualTo("33");
    assertThat(temp).isEmptyDirectory();
  }
}
