package sotto.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `sotto` itself.
@Command(
    name = "sotto",
    description = "End-to-end encrypted messages from the terminal.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Environment: SOTTO_HOME, SOTTO_PASSPHRASE; SOTTO_DEBUG=1 shows where an error comes from.",
      "",
      "Examples:",
      "  sotto serve --data server-data --listen 127.0.0.1:7443",
      "  sotto register --server localhost:7443 --ca server-data/ca.pem alice",
      "  sotto send bob hello",
      "  sotto receive --follow",
      "  sotto chat bob",
      "",
      "'sotto help COMMAND' tells more about a command."
    })
final class TopCommand {
  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      order = 104,
      description = "Show the version.")
  private boolean version;

  boolean version() {
    return version;
  }
}
