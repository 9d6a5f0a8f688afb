package sotto.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The launchers use the caches that the build has made, and a cache that cannot be used changes
/// nothing but the time.
class AotCacheTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path root = Checkout.find().root();

  @TempDir Path folder;

  @Test
  void client_startsFromTheCacheOfTheBuild() throws IOException {
    startsFromItsCache("cli-client/target/app/bin/sotto", "sotto.cli.Main");
  }

  /// Signed jars and class files of old Java are left out of a cache without a word.
  @Test
  void client_hasBouncyCastleAndPicocliFromTheCacheToo() throws IOException {
    startsFromItsCache("cli-client/target/app/bin/sotto", "picocli.CommandLine");
    startsFromItsCache(
        "cli-client/target/app/bin/sotto",
        "org.bouncycastle.crypto.generators.Argon2BytesGenerator");
  }

  @Test
  void server_startsFromTheCacheOfTheBuild() throws IOException {
    startsFromItsCache("standalone/target/app/bin/sotto-server", "sotto.standalone.Main");
  }

  private void startsFromItsCache(String launcher, String type) throws IOException {
    var loaded = folder.resolve("loaded");
    var process = new ProcessBuilder(root.resolve(launcher).toString(), "--version");
    process.environment().put("SOTTO_JAVA_OPTS", "-Xlog:class+load:file=" + loaded);
    saysItsVersionAndNothingElse(process);
    assertThat(loaded)
        .content()
        .containsPattern("\\b" + type.replace(".", "\\.") + " source: shared objects file");
  }

  @Test
  void cacheThatCannotBeUsed_isNotNoticed() throws IOException {
    var app = root.resolve("cli-client/target/app");
    var bin = Files.createDirectory(folder.resolve("bin"));
    for (var file : List.of("sotto", "jdk25")) {
      Files.copy(app.resolve("bin").resolve(file), bin.resolve(file));
      assertThat(bin.resolve(file).toFile().setExecutable(true)).isTrue();
    }
    for (var part : List.of("lib", "native")) {
      Files.createSymbolicLink(folder.resolve(part), app.resolve(part));
    }
    Files.writeString(folder.resolve("aot.cache"), "no cache");
    saysItsVersionAndNothingElse(new ProcessBuilder(bin.resolve("sotto").toString(), "--version"));
  }

  private static void saysItsVersionAndNothingElse(ProcessBuilder process) {
    try (var running = new Running("sotto --version", process)) {
      assertThat(running.awaitEnd(LIMIT)).as(running.err()).isZero();
      assertThat(running.seen()).singleElement().asString().startsWith("sotto ");
      assertThat(running.err()).isEmpty();
    }
  }
}
