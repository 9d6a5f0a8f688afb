package sotto.cli;

import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// What surrounds the process: its streams and its environment.
///
/// @param in standard input
/// @param out standard output
/// @param err standard error
/// @param environment the environment variables
/// @param userHome the user's home folder
/// @param zone the time zone that people read times in; found out when asked for, which takes the
///   JVM a while
/// @param terminal whether a person sits at both ends, standard input and standard output
/// @param prompt how a passphrase is asked for
record Host(
    InputStream in,
    OutputStream out,
    OutputStream err,
    Map<String, String> environment,
    Path userHome,
    Supplier<ZoneId> zone,
    boolean terminal,
    PassphrasePrompt prompt) {
  /// Copies the environment.
  Host {
    environment = Map.copyOf(environment);
  }

  /// This process.
  @SuppressWarnings("SystemConsoleNull") // null without a terminal: the default of JDK 25 again
  static Host ofProcess() {
    Console console = System.console();
    boolean terminal = console != null && console.isTerminal();
    PassphrasePrompt prompt =
        console != null && terminal
            ? PassphrasePrompt.onConsole(console)
            : PassphrasePrompt.onTty();
    return new Host(
        new FileInputStream(FileDescriptor.in),
        new FileOutputStream(FileDescriptor.out),
        new FileOutputStream(FileDescriptor.err),
        System.getenv(),
        Path.of(System.getProperty("user.home", ".")),
        ZoneId::systemDefault,
        terminal,
        prompt);
  }

  /// The value of a variable; one that is empty counts as given.
  Optional<String> variable(String name) {
    return Optional.ofNullable(environment.get(name));
  }

  /// Whether colours reach a person.
  boolean colours() {
    return terminal
        && variable("NO_COLOR").filter(v -> !v.isEmpty()).isEmpty()
        && !variable("TERM").orElse("dumb").equals("dumb");
  }

  /// The program that opens files: `open` on macOS, `xdg-open` elsewhere.
  String viewer() {
    return System.getProperty("os.name", "").startsWith("Mac") ? "open" : "xdg-open";
  }

  /// Whether failures show where they come from.
  boolean debug() {
    return variable("SOTTO_DEBUG").filter(v -> !v.isEmpty() && !v.equals("0")).isPresent();
  }
}
