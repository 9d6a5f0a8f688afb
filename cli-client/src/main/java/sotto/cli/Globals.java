package sotto.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/// The options of every command.
final class Globals {
  @Option(
      names = "--home",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      order = 100,
      description =
          "Where the account lives. Default: $$SOTTO_HOME, or else"
              + " ~/.local/share/sotto-client/default.")
  private Optional<Path> home = Optional.empty();

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      order = 101,
      description =
          "Read the passphrase from the first line of FILE. Without it: $$SOTTO_PASSPHRASE, or"
              + " else a question on the terminal.")
  private Optional<Path> passphraseFile = Optional.empty();

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      order = 102,
      description = "Write one JSON object a line; errors too, on stderr.")
  private boolean json;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      order = 103,
      description = "Show how the command is used.")
  private boolean help;

  Optional<Path> passphraseFile() {
    return passphraseFile;
  }

  boolean json() {
    return json;
  }

  boolean help() {
    return help;
  }

  /// The home: the option, `SOTTO_HOME`, or the user's data folder.
  Path home(Host host) {
    return home.or(() -> host.variable("SOTTO_HOME").filter(v -> !v.isEmpty()).map(Path::of))
        .orElseGet(() ->
            host.variable("XDG_DATA_HOME")
                .filter(v -> !v.isEmpty())
                .map(Path::of)
                .orElseGet(() -> host.userHome().resolve(".local").resolve("share"))
                .resolve("sotto-client")
                .resolve("default"));
  }
}
