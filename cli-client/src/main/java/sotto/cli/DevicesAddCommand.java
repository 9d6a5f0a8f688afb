package sotto.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.cli.print.TerminalText;
import sotto.client.Device;
import sotto.client.SottoException;

/// `devices add`: lets the device that shows a code into the account.
@Command(
    name = "add",
    description = {
      "Add the device that shows a code to your account.",
      "The code is what 'sotto link' shows there. Read it from that device itself: whose code you"
          + " add reads what is written to you from then on. On a terminal you are asked first."
    },
    footer = {"", "Example:", "  sotto devices add 04X7-…"})
final class DevicesAddCommand implements Callable<Integer> {
  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Parameters(arity = "1..*", paramLabel = "CODE", description = "The code, as it is shown.")
  private List<String> code = List.of();

  private final Session session;

  DevicesAddCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOnline()) {
      Optional<SottoException> problem = Session.firstAttempt(home.sotto(), DevicesCommand.CONNECT);
      if (problem.isPresent()) {
        throw problem.get();
      }
      Device added = home.sotto().addDevice(String.join("", code), this::agreed);
      DevicesCommand.print(session, "device_added", added);
      boolean all = HistoryWatch.follow(session, home.sotto(), DevicesCommand.CONNECT);
      Session.flush(home.sotto(), Session.FLUSH);
      if (!all) {
        session.notice(
            "history_waiting",
            "Not all history has left; it goes with the next command that connects.");
      }
      return Exit.OK.code();
    }
  }

  private boolean agreed(String name) {
    String called =
        name.isEmpty() ? "a device without a name" : "'" + TerminalText.name(name) + "'";
    return Question.agreed(session, yes, "Add " + called + " to your account?");
  }
}
