package sotto.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Surroundings for a test: a folder for the user, no terminal, streams in memory.
final class TestHost {
  private final Path userHome;
  private final Map<String, String> environment = new HashMap<>();
  private String input = "";
  private PassphrasePrompt prompt = PassphrasePrompt.none();

  TestHost(Path userHome) {
    this.userHome = userHome;
  }

  /// What a command line came to.
  ///
  /// @param exit the exit code
  /// @param out standard output
  /// @param err standard error
  record Ran(int exit, String out, String err) {}

  TestHost with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  TestHost typing(String... answers) {
    var left = Arrays.asList(answers).iterator();
    prompt = question -> java.util.Optional.of(left.next().toCharArray());
    return this;
  }

  TestHost input(String text) {
    input = text;
    return this;
  }

  Ran run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Host host =
        new Host(
            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
            out,
            err,
            environment,
            userHome,
            () -> ZoneOffset.UTC,
            false,
            prompt);
    int exit = new Cli(host).run(args);
    return new Ran(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }
}
