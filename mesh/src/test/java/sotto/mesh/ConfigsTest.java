package sotto.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigsTest {
  record Inner(int maxCalls, Duration patience, Rate logins) {
    Inner {
      Require.between("max-calls", maxCalls, 1, 100);
      Require.between("patience", patience, Duration.ofMillis(1), Duration.ofDays(1));
    }
  }

  enum Mode {
    FAST,
    VERY_SAFE
  }

  record Outer(
      HostPort listen,
      Optional<Path> folder,
      List<String> names,
      boolean loud,
      double share,
      Mode mode,
      Inner relay) {}

  private static final Outer DEFAULTS =
      new Outer(
          new HostPort("localhost", 1),
          Optional.empty(),
          List.of(),
          false,
          0.5,
          Mode.FAST,
          new Inner(5, Duration.ofSeconds(2), new Rate(3, Duration.ofMinutes(1))));

  @TempDir Path dir;

  private Outer load(String yaml, Map<String, String> environment, Map<String, String> flags)
      throws IOException {
    var file = Files.writeString(dir.resolve("sotto.yaml"), yaml);
    return Configs.load(Outer.class, DEFAULTS, Optional.of(file), environment, flags);
  }

  private void assertRefused(String yaml, Map<String, String> environment, String... parts) {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> load(yaml, environment, Map.of()))
        .satisfies(e -> assertThat(e.getMessage()).contains(parts));
  }

  @Test
  void nothingGiven_isTheDefaults() throws Exception {
    assertThat(load("", Map.of("PATH", "x", "HOME", "y"), Map.of())).isEqualTo(DEFAULTS);
    assertThat(Configs.load(Outer.class, DEFAULTS, Optional.empty(), Map.of(), Map.of()))
        .isEqualTo(DEFAULTS);
  }

  @Test
  void flagWinsOverEnvironmentOverFileOverDefault() throws Exception {
    var yaml = "relay: {max-calls: 6, patience: 6s}\nloud: true\nnames: [a, b]\n";
    var environment = Map.of("SOTTO_RELAY_MAX_CALLS", "7", "SOTTO_RELAY_PATIENCE", "7s");
    var loaded = load(yaml, environment, Map.of("relay.max-calls", "8"));
    assertThat(loaded.relay().maxCalls()).isEqualTo(8);
    assertThat(loaded.relay().patience()).isEqualTo(Duration.ofSeconds(7));
    assertThat(loaded.relay().logins()).isEqualTo(DEFAULTS.relay().logins());
    assertThat(loaded.loud()).isTrue();
    assertThat(loaded.names()).containsExactly("a", "b");
  }

  @Test
  void everyType_isReadFromText() throws Exception {
    var loaded =
        load(
            "relay:\n  logins: 30/1h\n",
            Map.of("SOTTO_MODE", "very-safe", "SOTTO_NAMES", "x, y"),
            Map.of("listen", "[::1]:80", "folder", "/x", "share", "0.25"));
    assertThat(loaded.mode()).isEqualTo(Mode.VERY_SAFE);
    assertThat(loaded.names()).containsExactly("x", "y");
    assertThat(loaded.listen()).isEqualTo(new HostPort("::1", 80));
    assertThat(loaded.folder()).contains(Path.of("/x"));
    assertThat(loaded.share()).isEqualTo(0.25);
    assertThat(loaded.relay().logins()).isEqualTo(new Rate(30, Duration.ofHours(1)));
  }

  @Test
  void unknownKey_isRefusedAndTheNearestNamed() {
    assertRefused(
        "relay: {max-cals: 6}", Map.of(), "relay.max-cals", "did you mean relay.max-calls?");
    assertRefused("lisen: x:1", Map.of(), "lisen", "did you mean listen?");
    assertRefused(
        "",
        Map.of("SOTTO_RELAY_MAX_CALL", "6"),
        "SOTTO_RELAY_MAX_CALL ",
        "did you mean SOTTO_RELAY_MAX_CALLS?");
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() -> load("", Map.of(), Map.of("lodu", "true")))
        .withMessage("--lodu is not a key of the configuration; did you mean --loud?");
  }

  @Test
  void valueOutOfBounds_saysFieldValueBoundAndSource() {
    assertRefused(
        "relay: {max-calls: 101}", Map.of(), "relay.max-calls is 101", "1 to 100", "sotto.yaml");
    assertRefused("", Map.of("SOTTO_RELAY_PATIENCE", "2d"), "relay.patience is 2d", "1ms to 1d");
  }

  @Test
  void valueOfTheWrongKind_saysWhatIsExpected() {
    assertRefused("relay: {max-calls: many}", Map.of(), "max-calls is many", "a whole number");
    assertRefused("relay: {patience: soon}", Map.of(), "a time such as");
    assertRefused("loud: yes!", Map.of(), "true or false");
    assertRefused("mode: slow", Map.of(), "one of fast, very-safe");
    assertRefused("listen: here", Map.of(), "HOST:PORT");
    assertRefused("listen: here:70000", Map.of(), "70000", "0 to 65535");
    assertRefused("relay: 5", Map.of(), "relay must hold keys and values");
    assertRefused("relay: {max-calls: {a: b}}", Map.of(), "must be a value");
    assertRefused("relay: {logins: often}", Map.of(), "30/1m");
  }

  record Door(String lock) {
    static Door parse(String text) {
      if (!text.startsWith("door:")) {
        throw new IllegalArgumentException("a door begins with door:");
      }
      return new Door(text);
    }
  }

  record Guarded(@Secret Optional<Door> door, int doors) {
    Guarded {
      Require.between("doors", doors, 1, 9);
    }
  }

  @Test
  void whatIsSecret_isInNoRefusal() {
    for (var given : List.of("hush", "door:hush")) {
      assertThatExceptionOfType(ConfigException.class)
          .isThrownBy(() ->
              Configs.load(
                  Guarded.class,
                  new Guarded(Optional.empty(), 1),
                  Optional.empty(),
                  Map.of("SOTTO_DOORS", "10"),
                  Map.of("door", given)))
          .satisfies(e -> assertThat(e.getMessage()).contains("--door").doesNotContain("hush"));
    }
  }

  @Test
  void settings_sayWhereEachValueIsFrom_andNoSecret() throws Exception {
    var file = Files.writeString(dir.resolve("sotto.yaml"), "loud: true\nrelay: {logins: 9/2h}\n");
    var loaded =
        Configs.read(
            Outer.class,
            DEFAULTS,
            Optional.of(file),
            Map.of("SOTTO_MODE", "very-safe"),
            Map.of("relay.patience", "1500ms"));
    assertThat(loaded.settings())
        .containsExactly(
            new Setting("folder", "", "default"),
            new Setting("listen", "localhost:1", "default"),
            new Setting("loud", "true", file.toString()),
            new Setting("mode", "very-safe", "SOTTO_MODE"),
            new Setting("names", "", "default"),
            new Setting("relay.logins", "9/2h", file.toString()),
            new Setting("relay.max-calls", "5", "default"),
            new Setting("relay.patience", "1500ms", "--relay.patience"),
            new Setting("share", "0.5", "default"));
    var guarded =
        Configs.read(
            Guarded.class,
            new Guarded(Optional.empty(), 1),
            Optional.empty(),
            Map.of("SOTTO_DOOR", "door:hush"),
            Map.of());
    assertThat(guarded.settings()).contains(new Setting("door", "(secret)", "SOTTO_DOOR"));
  }

  @Test
  void fileThatIsNotYaml_saysWhere() {
    assertRefused("a: [1", Map.of(), "sotto.yaml, line");
    assertRefused("loud: true\nloud: false\n", Map.of(), "sotto.yaml, line 2");
  }

  @Test
  void missingFile_isRefused() {
    assertThatExceptionOfType(ConfigException.class)
        .isThrownBy(() ->
            Configs.load(
                Outer.class, DEFAULTS, Optional.of(dir.resolve("none")), Map.of(), Map.of()))
        .withMessageContaining("cannot be read");
  }
}
