package sotto.bench;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sotto.bench.baseline.Echo;

/// `echo-server`: the other side of a baseline, in a process of its own so that its processor time
/// is its own.
@Command(
    name = "echo-server",
    hidden = true,
    mixinStandardHelpOptions = true,
    description = "Gives back what it gets; other scenarios start it.")
final class EchoCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "A folder for its certificate.")
  @SuppressWarnings("NullAway.Init") // picocli sets it or refuses the command line
  private Path folder;

  @Override
  public Integer call() throws Exception {
    Echo.serve(folder);
    return 0;
  }
}
