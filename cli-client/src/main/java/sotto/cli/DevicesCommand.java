package sotto.cli;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import sotto.cli.print.JsonLine;
import sotto.cli.print.MessageJson;
import sotto.client.Device;

/// `devices`: the devices of the account.
@Command(
    name = "devices",
    description = {
      "List the devices of your account.",
      "Asks the server when each was last seen; without a connection that is left out."
    },
    footer = {"", "Example:", "  sotto devices"})
final class DevicesCommand implements Callable<Integer> {
  private final Session session;

  DevicesCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    try (OpenHome home = session.openOnline()) {
      Session.firstAttempt(home.sotto(), Session.FIRST_ATTEMPT);
      for (Device device : home.sotto().devices()) {
        print(device);
      }
      Session.flush(home.sotto(), Session.FLUSH);
      return Exit.OK.code();
    }
  }

  private void print(Device device) {
    if (session.json()) {
      session
          .out()
          .json(
              new JsonLine("device")
                  .put("device", device.id().number())
                  .put("current", device.current())
                  .put("added_at", MessageJson.time(device.addedAt()))
                  .put("last_seen", device.lastSeen().map(MessageJson::time)));
      return;
    }
    String seen =
        device
            .lastSeen()
            .map(at -> ", last seen " + LocalDate.ofInstant(at, ZoneOffset.UTC))
            .orElse("");
    session
        .out()
        .line(
            "device %d%s, added %s%s"
                .formatted(
                    device.id().number(),
                    device.current() ? " (this one)" : "",
                    session.lines().moment(device.addedAt()),
                    seen));
  }
}
