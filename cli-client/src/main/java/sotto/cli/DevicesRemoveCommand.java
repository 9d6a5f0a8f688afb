package sotto.cli;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sotto.chain.DeviceId;
import sotto.cli.print.JsonLine;
import sotto.client.SottoException;

/// `devices remove`: takes a device out of the account.
@Command(
    name = "remove",
    description = {
      "Remove a device from your account, for good.",
      "It is cut off at once, and nothing is encrypted for it any more. What it has it keeps. On a"
          + " terminal you are asked first."
    },
    footer = {"", "Example:", "  sotto devices remove 2"})
final class DevicesRemoveCommand implements Callable<Integer> {
  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Parameters(index = "0", paramLabel = "N", description = "Its number, as 'sotto devices' has it.")
  private int number;

  private final Session session;

  DevicesRemoveCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    if (!DeviceId.valid(number)) {
      throw CommandFailed.usage("A device's number is 1 to 127.");
    }
    try (OpenHome home = session.openOnline()) {
      Optional<SottoException> problem = Session.firstAttempt(home.sotto(), DevicesCommand.CONNECT);
      if (problem.isPresent()) {
        throw problem.get();
      }
      boolean own = home.account().device().number() == number;
      String what = own ? "this device itself" : "device " + number;
      if (!Question.agreed(session, yes, "Remove " + what + " from your account for good?")) {
        throw new CommandFailed(Exit.FAILED, "declined", "Nothing was removed.", false);
      }
      home.sotto().removeDevice(new DeviceId(number));
      if (session.json()) {
        session.out().json(new JsonLine("device_removed").put("device", number));
      } else {
        session.out().line("device " + number + " removed");
      }
      if (!own) {
        Session.flush(home.sotto(), Session.FLUSH);
      }
      return Exit.OK.code();
    }
  }
}
