package sotto.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import sotto.cli.print.JsonLine;
import sotto.cli.print.Output;
import sotto.cli.print.TerminalText;
import sotto.client.SottoException;

/// Standard error: why a command ended, and what a person should know besides its result. A
/// sentence for people, an object for programs; where it came from only with `SOTTO_DEBUG=1`.
final class Complaints {
  private final Output err;
  private final boolean debug;

  Complaints(Output err, boolean debug) {
    this.err = err;
    this.debug = debug;
  }

  /// Reports the end of a command.
  ///
  /// @return how the process ends
  Exit end(Throwable failure, boolean json) {
    CommandFailed end = sorted(failure);
    try {
      if (json) {
        err.json(
            new JsonLine("error")
                .put("code", end.code())
                .put("message", String.valueOf(end.getMessage()))
                .put("retryable", end.retryable()));
      } else {
        err.line("sotto: " + end.getMessage());
      }
      if (debug) {
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        err.text(TerminalText.body(trace.toString()));
      }
    } catch (Output.Closed e) {
      // Nobody listens on standard error; the exit code still says it.
      return end.exit();
    }
    return end.exit();
  }

  /// Tells something that is not the end.
  void notice(String code, String sentence, boolean json) {
    try {
      if (json) {
        err.json(new JsonLine("notice").put("code", code).put("message", sentence));
      } else {
        err.line("sotto: " + sentence);
      }
    } catch (Output.Closed e) {
      // A notice that nobody can read is none.
      return;
    }
  }

  private static CommandFailed sorted(Throwable failure) {
    return switch (failure) {
      case CommandFailed known -> known;
      case SottoException e ->
          new CommandFailed(Exit.of(e.code()), e.code().word(), Sentences.of(e), e.retryable());
      case Output.Closed closed ->
          new CommandFailed(
              Exit.FAILED,
              "output",
              "The output cannot be written: "
                  + TerminalText.name(String.valueOf(closed.getMessage())),
              false);
      default ->
          new CommandFailed(
              Exit.FAILED,
              "internal",
              "Something went wrong inside of sotto. SOTTO_DEBUG=1 shows more; please report it.",
              false);
    };
  }
}
