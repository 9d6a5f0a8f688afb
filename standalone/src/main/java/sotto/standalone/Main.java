package sotto.standalone;

import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import sotto.standalone.admin.Admin;

/// The entry point of all servers.
@Command(
    name = "sotto",
    description =
        "Sotto's server: all of it in one process, or its services as processes of their own.",
    subcommands = {
      Serve.class,
      Migrate.class,
      ServeRelay.class,
      ServeStore.class,
      ServePresence.class,
      ServeBlob.class,
      MeshCa.class,
      PublicCa.class,
      KubeCertificates.class,
      Admin.class
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private static final Pattern PASSWORD = Pattern.compile("(//[^:/@\\s]*):\\S*@");

  /// Runs the command of the arguments; the exit code is 0 for one that did what it was asked to
  /// (for a server: to stop), 1 for one that could not, 2 for a wrong use.
  ///
  /// @param args the command and its options
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main()).setParameterExceptionHandler(Main::wrongUse);
  }

  /// As picocli does it, but an argument that was not understood may be an address with a password.
  private static int wrongUse(ParameterException e, String[] args) {
    var line = e.getCommandLine();
    line.getErr().println(PASSWORD.matcher(e.getMessage()).replaceAll("$1:…@"));
    if (!UnmatchedArgumentException.printSuggestions(e, line.getErr())) {
      line.usage(line.getErr());
    }
    return line.getCommandSpec().exitCodeOnInvalidInput();
  }
}
