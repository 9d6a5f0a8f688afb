package sotto.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;
import sotto.cli.print.Output;
import sotto.cli.print.TerminalText;
import sotto.client.SottoException;

/// Runs one command line from arguments to exit code; several may run in one process after each
/// other.
final class Cli {
  private final Host host;

  Cli(Host host) {
    this.host = host;
  }

  /// Runs it.
  ///
  /// @return the exit code
  int run(String... args) {
    Session session = new Session(host);
    boolean json = CommandLines.wantsJson(args);
    if (args.length == 0) {
      return run(session, json, "--help") == 0 ? Exit.USAGE.code() : Exit.FAILED.code();
    }
    return run(session, json, args);
  }

  private int run(Session session, boolean json, String... args) {
    try {
      CommandLine line = CommandLines.of(session, args);
      line.setColorScheme(
          CommandLine.Help.defaultColorScheme(
              host.terminal() ? CommandLine.Help.Ansi.AUTO : CommandLine.Help.Ansi.OFF));
      line.setOut(new PrintWriter(host.out(), true, StandardCharsets.UTF_8));
      line.setErr(new PrintWriter(host.err(), true, StandardCharsets.UTF_8));
      line.getCommandSpec().version(Version.text());
      line.setParameterExceptionHandler((e, given) -> misused(session, e, json));
      line.setExecutionExceptionHandler((e, command, parsed) -> failed(session, e, json));
      return line.execute(args);
    } catch (RuntimeException e) {
      return failed(session, e, json);
    }
  }

  private static int misused(Session session, ParameterException e, boolean json) {
    CommandLine line = e.getCommandLine();
    String command = line.getCommandSpec().qualifiedName();
    String sentence = TerminalText.name(String.valueOf(e.getMessage()));
    String suggestion =
        e instanceof UnmatchedArgumentException unmatched && !unmatched.getSuggestions().isEmpty()
            ? " Did you mean " + String.join(" or ", unmatched.getSuggestions()) + "?"
            : "";
    return session
        .complaints()
        .end(
            CommandFailed.usage(
                Sentences.stop(sentence) + suggestion + " Try: " + command + " --help"),
            json)
        .code();
  }

  private static int failed(Session session, Exception e, boolean json) {
    if (e instanceof Output.Closed closed && closed.byReader()) {
      return Exit.OK.code();
    }
    if (e instanceof SottoException closed && closed.code() == SottoException.Code.CLOSED) {
      // The process is ending by a signal, which closed the home under the command.
      return Exit.FAILED.code();
    }
    return session.complaints().end(e, json).code();
  }
}
