package sotto.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// The commands that belong to the server program, named here so that the help has them; the
/// `sotto` script starts them.
final class ServerCommands {
  private ServerCommands() {}

  /// `serve`.
  @Command(
      name = "serve",
      description = {
        "Run a server. Its options: sotto serve --help",
        "Part of the server program, which the sotto script at the root of the project starts."
      })
  static final class Serve implements Callable<Integer> {
    @Override
    public Integer call() {
      throw elsewhere("serve");
    }
  }

  /// `admin`.
  @Command(
      name = "admin",
      description = {
        "Look after a server. Its commands: sotto admin --help",
        "Part of the server program, which the sotto script at the root of the project starts."
      })
  static final class Admin implements Callable<Integer> {
    @Override
    public Integer call() {
      throw elsewhere("admin");
    }
  }

  private static CommandFailed elsewhere(String command) {
    return CommandFailed.usage(
        "'"
            + command
            + "' is part of the server, not of this client alone. Start it with the sotto script of"
            + " the project: ./sotto "
            + command);
  }
}
