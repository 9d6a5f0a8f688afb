package sotto.standalone;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The standalone server's entry point: `sotto serve`.
@Command(
    name = "sotto",
    description = "Sotto's server, all of it in one process.",
    subcommands = Serve.class,
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  /// Runs the command of the arguments; the exit code is 0 for a server that was told to stop and
  /// did, 1 for one that could not serve, 2 for a wrong use.
  ///
  /// @param args the command and its options
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
