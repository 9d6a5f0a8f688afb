package sotto.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `serve`: the command that belongs to the server program, named here so that the help has it; the
/// `sotto` script starts it.
@Command(
    name = "serve",
    description = {
      "Run a server. Its options: sotto serve --help",
      "Part of the server program, which the sotto script at the root of the project starts."
    })
final class ServeCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw CommandFailed.usage(
        "'serve' is part of the server, not of this client alone. Start it with the sotto script of"
            + " the project: ./sotto serve");
  }
}
