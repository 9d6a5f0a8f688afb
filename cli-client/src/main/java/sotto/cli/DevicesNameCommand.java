package sotto.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import sotto.client.Device;

/// `devices name`: what one's own devices call this one.
@Command(
    name = "name",
    description = {
      "Give this device a name.",
      "Your other devices learn it, and nobody else. Up to 64 bytes of UTF-8."
    },
    footer = {"", "Example:", "  sotto devices name Laptop"})
final class DevicesNameCommand implements Callable<Integer> {
  @Parameters(index = "0", paramLabel = "NAME", description = "The name; '' for none.")
  private String name = "";

  private final Session session;

  DevicesNameCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOnline()) {
      Device named = home.sotto().nameDevice(name);
      Session.firstAttempt(home.sotto(), Session.FIRST_ATTEMPT);
      Session.flush(home.sotto(), Session.FLUSH);
      DevicesCommand.print(session, "device", named);
      return Exit.OK.code();
    }
  }
}
